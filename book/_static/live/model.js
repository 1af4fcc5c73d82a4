/*
 * The transformer of `course_lm` in plain JavaScript: ids in, logits out, one character at a time. Needs data.js.
 *
 *   const model = await courseLM.load("toy");
 *   const session = model.session();
 *   session.append(model.bosId); // logits of the first character of a text
 *
 * The numbers are those of the package, up to rounding: the tests compare them. Sizes are named as in the book:
 * T characters of context, V characters in the alphabet, C channels, D channels in a head.
 */
(function () {
  "use strict";

  const courseLM = globalThis.courseLM;
  const FLOAT32_EPSILON = 2 ** -23; // torch adds it to the mean square before it divides by the root
  const SCALE_BYTES = 4;
  const models = {}; // promises of models by name

  /**
   * A model by its name; its weights are loaded once, when they are first asked for.
   * @param {string} name "toy" or "shakespeare"
   * @returns {Promise<Model>}
   */
  function load(name) {
    if (!models[name]) {
      models[name] = courseLM.data(`${name}_weights`).then((content) => new Model(name, content));
      models[name].catch(() => delete models[name]);
    }
    return models[name];
  }

  /**
   * Matrices from bytes: for each one a float32 scale per row, little-endian, then its int8 entries row by row.
   * An entry is its scale times its int8.
   * @param {[string, number, number][]} shapes names, rows and columns, in the order of the bytes
   * @param {string} base64
   * @returns {Object<string, Float32Array>} each matrix row by row
   */
  function matrices(shapes, base64) {
    const view = new DataView(courseLM.bytes(base64).buffer);
    const found = {};
    let at = 0;
    for (const [name, nRows, nColumns] of shapes) {
      const matrix = (found[name] = new Float32Array(nRows * nColumns));
      const entries = at + SCALE_BYTES * nRows;
      for (let row = 0; row < nRows; row++) {
        const scale = view.getFloat32(at + SCALE_BYTES * row, true);
        for (let i = row * nColumns; i < (row + 1) * nColumns; i++) {
          matrix[i] = scale * view.getInt8(entries + i);
        }
      }
      at = entries + nRows * nColumns;
    }
    return found;
  }

  /** A trained transformer; its weights do not change. */
  class Model extends courseLM.Alphabet {
    /**
     * @param {string} name
     * @param {Object} content what `book/_tools/live_weights.py` wrote
     */
    constructor(name, content) {
      super(content.alphabet);
      this.name = name;
      this.title = content.title;
      this.contextLength = content.contextLength; // in characters
      this.nLayers = content.nLayers;
      this.nHeads = content.nHeads;
      this.width = content.width;
      this.attentionScale = content.attentionScale;
      this.weights = matrices(content.shapes, content.bytes);
      this.nParameters = Object.values(this.weights).reduce((sum, matrix) => sum + matrix.length, 0);
      this.turns = turns(content.contextLength, content.width / content.nHeads, content.ropeBase);
    }

    /** @returns {Session} a reader that has read nothing yet */
    session() {
      return new Session(this);
    }
  }

  /** Cosine and sine of the angle by which each pair of channels turns at each position, (T, D / 2) each. */
  function turns(contextLength, headWidth, base) {
    const half = headWidth / 2;
    const angle = (_, i) => Math.floor(i / half) * base ** (-(i % half) / half);
    const angles = Float64Array.from({ length: contextLength * half }, angle);
    return { cos: angles.map(Math.cos), sin: angles.map(Math.sin) };
  }

  /** One text on its way through a model: what attention needs of the characters already read. */
  class Session {
    /** @param {Model} model */
    constructor(model) {
      this.model = model;
      this.length = 0; // in characters
      this.ids = new Int32Array(model.contextLength);
      const empty = () => new Float32Array(model.contextLength * model.width);
      this.keys = Array.from({ length: model.nLayers }, empty);
      this.values = Array.from({ length: model.nLayers }, empty);
    }

    /**
     * Forget all but the first characters.
     * @param {number} n how many to keep
     */
    truncate(n) {
      this.length = Math.min(n, this.length);
    }

    /**
     * Read one character.
     * @param {number} id
     * @returns {Float32Array} (V,) logits of the character after it
     * @throws {CourseLMError} if the context is full
     */
    append(id) {
      const { model, length } = this;
      if (length >= model.contextLength) {
        throw new courseLM.CourseLMError(
          `A session must stay within the context of ${model.contextLength} characters. Use a Scorer.`,
        );
      }
      this.ids[length] = id;
      const x = this.embed(id);
      for (let layer = 0; layer < model.nLayers; layer++) {
        add(x, this.attend(layer, norm(x)));
        add(x, this.think(layer, norm(x)));
      }
      this.length += 1;
      return times(model.weights.head, norm(x));
    }

    /** The stream (C,) that enters the blocks: the character's vector, with a share of the one before it. */
    embed(id) {
      const { width, weights } = this.model;
      const x = weights.embedding.slice(id * width, (id + 1) * width);
      if (this.length > 0) {
        const before = this.ids[this.length - 1] * width;
        for (let i = 0; i < width; i++) {
          x[i] += weights.previous[i] * weights.embedding[before + i];
        }
      }
      return norm(x);
    }

    /** What attention reads from the characters so far, this one included: (C,). */
    attend(layer, x) {
      const { width, nHeads, weights } = this.model;
      const headWidth = width / nHeads;
      const [query, key, value, out] = ["query", "key", "value", "out"].map(
        (part) => weights[`blocks.${layer}.attention.${part}`],
      );
      const q = times(query, x);
      const k = times(key, x);
      const y = new Float32Array(width);
      this.values[layer].set(times(value, x), this.length * width);
      for (let from = 0; from < width; from += headWidth) {
        this.turn(q.subarray(from, from + headWidth));
        this.turn(k.subarray(from, from + headWidth));
      }
      this.keys[layer].set(k, this.length * width);
      for (let from = 0; from < width; from += headWidth) {
        this.readHead(layer, q, y, from, from + headWidth);
      }
      return times(out, y);
    }

    /** Scale the query or key (D,) of a head to a root mean square of 1, and turn it by its position, in place. */
    turn(vector) {
      const half = vector.length / 2;
      const { cos, sin } = this.model.turns;
      vector.set(norm(vector));
      for (let i = 0, at = this.length * half; i < half; i++, at++) {
        const a = vector[i];
        const b = vector[half + i];
        vector[i] = a * cos[at] - b * sin[at];
        vector[half + i] = b * cos[at] + a * sin[at];
      }
    }

    /** Write what one head reads into its channels of y: a mean of the values, weighted by softmax(q · k). */
    readHead(layer, q, y, from, to) {
      const { width, attentionScale } = this.model;
      const keys = this.keys[layer];
      const values = this.values[layer];
      const scores = new Float64Array(this.length + 1);
      for (let s = 0; s <= this.length; s++) {
        let dot = 0;
        for (let i = from; i < to; i++) {
          dot += q[i] * keys[s * width + i];
        }
        scores[s] = attentionScale * dot;
      }
      const shares = softmax(scores);
      for (let i = from; i < to; i++) {
        let sum = 0;
        for (let s = 0; s <= this.length; s++) {
          sum += shares[s] * values[s * width + i];
        }
        y[i] = sum;
      }
    }

    /** What the MLP makes of a vector: W₂ ReLU(W₁ x)², (C,). */
    think(layer, x) {
      const { weights } = this.model;
      const hidden = times(weights[`blocks.${layer}.up`], x);
      for (let i = 0; i < hidden.length; i++) {
        hidden[i] = hidden[i] > 0 ? hidden[i] ** 2 : 0;
      }
      return times(weights[`blocks.${layer}.down`], hidden);
    }
  }

  /** A matrix (R, C) times a vector (C,). */
  function times(matrix, vector) {
    const nColumns = vector.length;
    const product = new Float32Array(matrix.length / nColumns);
    for (let row = 0; row < product.length; row++) {
      const at = row * nColumns;
      let sum = 0;
      for (let i = 0; i < nColumns; i++) {
        sum += matrix[at + i] * vector[i];
      }
      product[row] = sum;
    }
    return product;
  }

  /** A new vector in the same direction, with a root mean square of 1. */
  function norm(vector) {
    let squares = 0;
    for (let i = 0; i < vector.length; i++) {
      squares += vector[i] * vector[i];
    }
    const scale = 1 / Math.sqrt(squares / vector.length + FLOAT32_EPSILON);
    return vector.map((entry) => scale * entry);
  }

  function add(sum, vector) {
    for (let i = 0; i < sum.length; i++) {
      sum[i] += vector[i];
    }
  }

  /**
   * Probabilities from logits.
   * @param {ArrayLike<number>} logits (V,)
   * @param {number} [temperature] what the logits are divided by, above 0
   * @returns {Float64Array} (V,) which sum to 1
   * @throws {CourseLMError} for another temperature
   */
  function softmax(logits, temperature = 1) {
    if (!(temperature > 0)) {
      throw new courseLM.CourseLMError(`The temperature must be above 0; got ${temperature}. Take a small one, such as 0.1.`);
    }
    const p = new Float64Array(logits);
    const largest = Math.max(...p); // subtracted, so that nothing overflows
    let sum = 0;
    for (let i = 0; i < p.length; i++) {
      p[i] = Math.exp((p[i] - largest) / temperature);
      sum += p[i];
    }
    return p.map((share) => share / sum);
  }

  Object.assign(courseLM, { load, softmax });
})();
