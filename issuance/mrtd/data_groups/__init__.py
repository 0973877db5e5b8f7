"""The files of a travel document chip (Doc 9303-10 §4): typed values to bytes and back.

Pure: no signature (EF.SOD belongs to `keys`), no clock, no image decoding. Readers raise `LdsInvalid` for any bytes
that do not follow the grammar.
"""

from issuance.mrtd.data_groups.com import Com, build_com, read_com
from issuance.mrtd.data_groups.dg1 import build_dg1, read_dg1
from issuance.mrtd.data_groups.dg2 import build_dg2, read_dg2
from issuance.mrtd.data_groups.dg11 import HolderDetails, build_dg11, read_dg11
from issuance.mrtd.data_groups.dg12 import DocumentDetails, build_dg12, read_dg12
from issuance.mrtd.data_groups.fields import PartialDate
from issuance.mrtd.data_groups.whole import ChipFiles, build_chip_files

__all__ = [
    "ChipFiles",
    "Com",
    "DocumentDetails",
    "HolderDetails",
    "PartialDate",
    "build_chip_files",
    "build_com",
    "build_dg1",
    "build_dg2",
    "build_dg11",
    "build_dg12",
    "read_com",
    "read_dg1",
    "read_dg2",
    "read_dg11",
    "read_dg12",
]
