"""Elliptic curves by their explicit domain parameters (SEC 1 §3.1, FIPS 186-5 / SP 800-186, RFC 5639).

Doc 9303-12 wants explicit parameters in certificates; the cryptography library only computes with named curves. So a
reader maps parameters to a name, and only when every one of them equals that curve's. `CURVES` are those we may issue
with; those that are only read stand in `keys.old_curves`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from cryptography.hazmat.primitives.asymmetric import ec


@dataclass(frozen=True, slots=True)
class Curve:
    """y² = x³ + ax + b over the field of p elements; base point (gx, gy) of prime order n; cofactor 1."""

    name: str
    oid: str
    p: int
    a: int
    b: int
    gx: int
    gy: int
    n: int
    implementation: ec.EllipticCurve

    @property
    def octets(self) -> int:
        """Length of a field element."""
        return (self.p.bit_length() + 7) // 8

    @property
    def base_point(self) -> bytes:
        """Uncompressed: 04 || x || y."""
        return b"\x04" + self.gx.to_bytes(self.octets, "big") + self.gy.to_bytes(self.octets, "big")


def _hex(digits: str) -> int:
    return int(digits, 16)


CURVES: Final[tuple[Curve, ...]] = (
    Curve(
        name="P-256",
        oid="1.2.840.10045.3.1.7",
        p=_hex("FFFFFFFF00000001000000000000000000000000FFFFFFFFFFFFFFFFFFFFFFFF"),
        a=_hex("FFFFFFFF00000001000000000000000000000000FFFFFFFFFFFFFFFFFFFFFFFC"),
        b=_hex("5AC635D8AA3A93E7B3EBBD55769886BC651D06B0CC53B0F63BCE3C3E27D2604B"),
        gx=_hex("6B17D1F2E12C4247F8BCE6E563A440F277037D812DEB33A0F4A13945D898C296"),
        gy=_hex("4FE342E2FE1A7F9B8EE7EB4A7C0F9E162BCE33576B315ECECBB6406837BF51F5"),
        n=_hex("FFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551"),
        implementation=ec.SECP256R1(),
    ),
    Curve(
        name="P-384",
        oid="1.3.132.0.34",
        p=_hex("FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEFFFFFFFF0000000000000000FFFFFFFF"),
        a=_hex("FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEFFFFFFFF0000000000000000FFFFFFFC"),
        b=_hex("B3312FA7E23EE7E4988E056BE3F82D19181D9C6EFE8141120314088F5013875AC656398D8A2ED19D2A85C8EDD3EC2AEF"),
        gx=_hex("AA87CA22BE8B05378EB1C71EF320AD746E1D3B628BA79B9859F741E082542A385502F25DBF55296C3A545E3872760AB7"),
        gy=_hex("3617DE4A96262C6F5D9E98BF9292DC29F8F41DBD289A147CE9DA3113B5F0B8C00A60B1CE1D7E819D7A431D7C90EA0E5F"),
        n=_hex("FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFC7634D81F4372DDF581A0DB248B0A77AECEC196ACCC52973"),
        implementation=ec.SECP384R1(),
    ),
    Curve(
        name="P-521",
        oid="1.3.132.0.35",
        p=_hex(
            "1FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF"
            "FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF"
        ),
        a=_hex(
            "1FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF"
            "FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFC"
        ),
        b=_hex(
            "51953EB9618E1C9A1F929A21A0B68540EEA2DA725B99B315F3B8B489918EF109E156193951EC7E937B1652C0BD3BB1BF"
            "073573DF883D2C34F1EF451FD46B503F00"
        ),
        gx=_hex(
            "C6858E06B70404E9CD9E3ECB662395B4429C648139053FB521F828AF606B4D3DBAA14B5E77EFE75928FE1DC127A2FFA8"
            "DE3348B3C1856A429BF97E7E31C2E5BD66"
        ),
        gy=_hex(
            "11839296A789A3BC0045C8A5FB42C7D1BD998F54449579B446817AFBD17273E662C97EE72995EF42640C550B9013FAD0"
            "761353C7086A272C24088BE94769FD16650"
        ),
        n=_hex(
            "1FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFA51868783BF2F966B7FCC0148F709A"
            "5D03BB5C9B8899C47AEBB6FB71E91386409"
        ),
        implementation=ec.SECP521R1(),
    ),
    Curve(
        name="brainpoolP256r1",
        oid="1.3.36.3.3.2.8.1.1.7",
        p=_hex("A9FB57DBA1EEA9BC3E660A909D838D726E3BF623D52620282013481D1F6E5377"),
        a=_hex("7D5A0975FC2C3057EEF67530417AFFE7FB8055C126DC5C6CE94A4B44F330B5D9"),
        b=_hex("26DC5C6CE94A4B44F330B5D9BBD77CBF958416295CF7E1CE6BCCDC18FF8C07B6"),
        gx=_hex("8BD2AEB9CB7E57CB2C4B482FFC81B7AFB9DE27E1E3BD23C23A4453BD9ACE3262"),
        gy=_hex("547EF835C3DAC4FD97F8461A14611DC9C27745132DED8E545C1D54C72F046997"),
        n=_hex("A9FB57DBA1EEA9BC3E660A909D838D718C397AA3B561A6F7901E0E82974856A7"),
        implementation=ec.BrainpoolP256R1(),
    ),
    Curve(
        name="brainpoolP384r1",
        oid="1.3.36.3.3.2.8.1.1.11",
        p=_hex("8CB91E82A3386D280F5D6F7E50E641DF152F7109ED5456B412B1DA197FB71123ACD3A729901D1A71874700133107EC53"),
        a=_hex("7BC382C63D8C150C3C72080ACE05AFA0C2BEA28E4FB22787139165EFBA91F90F8AA5814A503AD4EB04A8C7DD22CE2826"),
        b=_hex("4A8C7DD22CE28268B39B55416F0447C2FB77DE107DCD2A62E880EA53EEB62D57CB4390295DBC9943AB78696FA504C11"),
        gx=_hex("1D1C64F068CF45FFA2A63A81B7C13F6B8847A3E77EF14FE3DB7FCAFE0CBD10E8E826E03436D646AAEF87B2E247D4AF1E"),
        gy=_hex("8ABE1D7520F9C2A45CB1EB8E95CFD55262B70B29FEEC5864E19C054FF99129280E4646217791811142820341263C5315"),
        n=_hex("8CB91E82A3386D280F5D6F7E50E641DF152F7109ED5456B31F166E6CAC0425A7CF3AB6AF6B7FC3103B883202E9046565"),
        implementation=ec.BrainpoolP384R1(),
    ),
    Curve(
        name="brainpoolP512r1",
        oid="1.3.36.3.3.2.8.1.1.13",
        p=_hex(
            "AADD9DB8DBE9C48B3FD4E6AE33C9FC07CB308DB3B3C9D20ED6639CCA703308717D4D9B009BC66842AECDA12AE6A380E6"
            "2881FF2F2D82C68528AA6056583A48F3"
        ),
        a=_hex(
            "7830A3318B603B89E2327145AC234CC594CBDD8D3DF91610A83441CAEA9863BC2DED5D5AA8253AA10A2EF1C98B9AC8B5"
            "7F1117A72BF2C7B9E7C1AC4D77FC94CA"
        ),
        b=_hex(
            "3DF91610A83441CAEA9863BC2DED5D5AA8253AA10A2EF1C98B9AC8B57F1117A72BF2C7B9E7C1AC4D77FC94CADC083E67"
            "984050B75EBAE5DD2809BD638016F723"
        ),
        gx=_hex(
            "81AEE4BDD82ED9645A21322E9C4C6A9385ED9F70B5D916C1B43B62EEF4D0098EFF3B1F78E2D0D48D50D1687B93B97D5F"
            "7C6D5047406A5E688B352209BCB9F822"
        ),
        gy=_hex(
            "7DDE385D566332ECC0EABFA9CF7822FDF209F70024A57B1AA000C55B881F8111B2DCDE494A5F485E5BCA4BD88A2763AE"
            "D1CA2B2FA8F0540678CD1E0F3AD80892"
        ),
        n=_hex(
            "AADD9DB8DBE9C48B3FD4E6AE33C9FC07CB308DB3B3C9D20ED6639CCA70330870553E5C414CA92619418661197FAC1047"
            "1DB1D381085DDADDB58796829CA90069"
        ),
        implementation=ec.BrainpoolP512R1(),
    ),
)


def by_parameters(*, p: int, a: int, b: int, base_point: bytes, n: int, cofactor: int | None) -> Curve | None:
    """The curve all of whose parameters are these (an absent cofactor is 1), or None.

    The base point may be compressed: x and the parity of y must be the curve's.
    """
    curve = next((c for c in _all() if (c.p, c.a, c.b, c.n) == (p, a, b, n)), None)
    if curve is None or cofactor not in (None, 1):
        return None
    compressed = bytes((2 + curve.gy % 2,)) + curve.base_point[1 : 1 + curve.octets]
    return curve if base_point in (curve.base_point, compressed) else None


def by_oid(oid: str) -> Curve | None:
    """The curve named by a dotted object identifier, or None."""
    return next((c for c in _all() if c.oid == oid), None)


def by_name(name: str) -> Curve:
    """The curve we may issue with of the specification's name, e.g. `P-256`. Raises `KeyError`."""
    for curve in CURVES:
        if curve.name == name:
            return curve
    raise KeyError(name)


def known_by_name(name: str) -> Curve | None:
    """The curve of that name among all that are read, or None."""
    return next((c for c in _all() if c.name == name), None)


def _all() -> Iterator[Curve]:
    yield from CURVES
    from keys.old_curves import old_curves  # here, because they are curves of this module

    yield from old_curves()
