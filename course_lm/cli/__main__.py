"""``python -m course_lm.cli``, which ``torchrun -m course_lm.cli`` can start in several processes."""

from course_lm.cli import main

if __name__ == "__main__":
    main()
