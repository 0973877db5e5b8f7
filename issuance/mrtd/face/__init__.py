"""Faces as a chip holds them: the records of ISO/IEC 19794-5:2005 and ISO/IEC 39794-5:2019, and their image's header.

Pure layout: no image is ever decoded here.
"""

from issuance.mrtd.face.image import ImageSize, image_format, image_size
from issuance.mrtd.face.iso19794 import Face, FeaturePoint, build_face_record, portrait_face, read_face_record
from issuance.mrtd.face.iso39794 import FaceRepresentation, read_face_block
from issuance.mrtd.face.iso39794_write import build_face_block

__all__ = [
    "Face",
    "FaceRepresentation",
    "FeaturePoint",
    "ImageSize",
    "build_face_block",
    "build_face_record",
    "image_format",
    "image_size",
    "portrait_face",
    "read_face_block",
    "read_face_record",
]
