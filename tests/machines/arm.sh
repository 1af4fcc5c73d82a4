#!/usr/bin/env bash
# Puts Debian's Python for 64-bit Arm into a folder, with the packages that chapters need, and a kernel for Jupyter that
# runs it under emulation. It needs apt and the command qemu-aarch64-static, and changes nothing outside the folder.
#
#     tests/machines/arm.sh FOLDER PYTHON
set -euo pipefail
mkdir -p "$1"
folder=$(realpath "$1")
python=$2
root=$folder/root

# apt with lists, a cache and installed packages of its own, in which there are none.
apt=(apt-get -qq -o APT::Architecture=arm64 -o APT::Architectures::=arm64 -o APT::Sandbox::User="$(id -un)"
  -o Dir::State::Lists="$folder/lists" -o Dir::State::status=/dev/null -o Dir::Cache="$folder/cache"
  -o Debug::NoLocking=1)
mkdir -p "$folder/lists/partial" "$folder/cache/archives/partial" "$root"
"${apt[@]}" update
"${apt[@]}" install --download-only -y --no-install-recommends python3.13 libstdc++6 libgomp1 >/dev/null
for package in "$folder"/cache/archives/*.deb; do dpkg-deb -x "$package" "$root"; done
ln -sfn usr/lib "$root/lib"

wheels=("$python" -m pip install --quiet --disable-pip-version-check --no-compile --target "$folder/site"
  --only-binary=:all: --python-version 3.13 --implementation cp --abi cp313 --abi abi3 --abi none
  --platform manylinux_2_28_aarch64 --platform manylinux_2_27_aarch64 --platform manylinux_2_17_aarch64
  --platform manylinux2014_aarch64)
"${wheels[@]}" --no-deps torch==2.10.0  # later ones for Arm ask for CUDA's libraries
"${wheels[@]}" -c constraints.txt numpy safetensors matplotlib pooch filelock rich typer ipykernel \
  sympy networkx jinja2 fsspec typing-extensions setuptools  # the last line is what torch needs

mkdir -p "$folder/bin" "$folder/share/kernels/arm"
cat >"$folder/bin/python" <<END
#!/bin/sh
export PYTHONPATH="$folder/site:$PWD"
exec qemu-aarch64-static -cpu max -L "$root" "$root/usr/bin/python3.13" "\$@"
END
chmod +x "$folder/bin/python"
cat >"$folder/share/kernels/arm/kernel.json" <<END
{
  "display_name": "Python on emulated Arm",
  "language": "python",
  "argv": ["$folder/bin/python", "-m", "ipykernel_launcher", "-f", "{connection_file}"]
}
END
