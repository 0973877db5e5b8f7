"""Lists States sign and exchange: CSCA master lists, deviation lists, and the directory that carries them."""
