#!/bin/sh
# Makes rare-characters.woff2 anew: of Noto Sans CJK SC every character beyond the Basic Multilingual Plane,
# and those that Unicode put at the end of the first block since 2009. All of 通用规范汉字表 (2013) that a
# phone's own fonts may lack are among them. On Debian 12: apt install fonts-noto-cjk python3-fonttools python3-brotli
set -eu
cd "$(dirname "$0")"
/usr/bin/python3 -m fontTools.subset /usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc --font-number=2 \
  --unicodes=9FA6-9FFF,20000-3FFFF --flavor=woff2 --desubroutinize --layout-features= --no-hinting --notdef-outline \
  --output-file=rare-characters.woff2
