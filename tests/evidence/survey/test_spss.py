"""SPSS system files, against two that pyreadstat 1.3.7 wrote from the rows below, plain and compressed."""

from __future__ import annotations

import base64
import zlib
from contextlib import suppress
from pathlib import Path

import pytest

from joinedup.assumptions import stream
from joinedup.evidence.survey.spss import read_spss
from joinedup.refusal import Refusal

PLAIN = (
    "c-o~?-EPw`6m}BIS^*N$;1bE|xPXgMHT+GLsyY%0LMj<uin?)Ad5vi!ZE;B)rgFpHU@x=_BwmC&#1(r17Hr3Ey=fpMj&kCk^PSJf"
    "=N#V;`Yw8~@eoFDq6oh5h8_%F^?kSrXN=ABPOCLd*sR!pG@*yBQSu3A@oPM3?GPMC3^Qm00Iq|T)Rwb7<hn4VAEEoqbvsWUcb+~!"
    "#4&;YA)M7#?3PlyUXwa#SCG4WZ$yiO7%pf5^I|@y8G{MyRqkAx$Ts3VFUwMMcrSf@43`ASVe3TV*9{-AZb=<(k3xYLc1}}jvvtps"
    "s>A*lyJg%9Se8_8$M?qD!FX5U9By)!L7erRJ(92D1;`Gm5q}dk_!_7A5y>k5YewE2mCI0Z*Fv7B8HABuN3;-Y?IUWuru@WSo$DPV"
    "CE|X|nsEK`tHNunqcCOpvsB~fbG2SmT$bvex5Hp_OKjdy1UJ<obt6%i=it&@_}@|(m+PS2{m^dk5_j>GG(_pTj2@*8o#Zag2p-e-"
    "<Ba4<OwtJv47U}dSt8xy-yO3j&U)48AupfpFRtj`aMi`KT=M^Ifci9@LLW1lLjDaik}`>lF5sIL9=PaFuS4_eG)wq#fc%5SmH6EY"
    "{3`x08G85iG)w;S3V#Fp=CNr"
)
PACKED = (
    "c-o~>&x_MQ6rM?}+oFQ7dK8A$gC5q>_-iSYO~6!ynzfrsT`y&}nQa5xOid=c)QdN-;{W48@E`Fep7al}iEkz|yJ7Jl_{c}{-hA)N"
    "%=hL_f8e-xZ{H)~%P=HQy^%-y&j&u)CUYT{S-0Ju#bTZx-k<VCdmO)`Y4n0l+xv`0p`e0T2%*aWjH+lL69=y2kbs{M=dt5-A3o?l"
    "da|GqBmWVgYH4+>VKo~H!%juH3AHiLk0Y|;Imz<nlBa^iVz+9C*m5m&9z|J}M#FpNo8Lghu6pf!RQ%0a58A{EqrGt;`Eng(O0$e_"
    "VFk18e_6-1b0LfsynWxB?DZ$FHP416`)m`xcI^X}o$nX9R={if-*Q`!(<D1(Y1MzJ=9{g(477G50H5ZBgeDJpE_2f(XS|{NWUUFf"
    "QL{vz?`$T3AM1*5xVGk$<<C;T-xoUH&{|mEpI4*)_KqxG(E?ZXPntEOE`Fm6-?IOj<~V?1r}wtgf)V%VjJ4$GdV-%OEn{+zri@Pb"
    "(IjPA9I<4|q{4NrX#M4if7i2MAJ#<y$Mv%L;R>uXmL9ETX!5tAJK)KT_*C$Oz%xo&A{5V9zBnnAj_EHyRl5H1O6BGnur<_+-<9r{"
    ")P3{ya~eba4<i+|b^"
)


def unpacked(text: str) -> bytes:
    return zlib.decompress(base64.b85decode(text))


@pytest.mark.parametrize("kept", [PLAIN, PACKED])
def test_values_labels_and_missing_values_are_what_was_written(kept: str) -> None:
    file = read_spss(Path("a.sav"), unpacked(kept))
    assert file.table.drop("__row").to_dict(as_series=False) == {
        "q1": ["1", "2", "9", "", "1"],
        "age": ["34", "71.5", "18", "45", "300"],
        "town": ["Ashby", "Long Eaton on Trent", "", "Ely", "Züri"],
        "area_of_residence": ["N", "S", "N", "X", ""],
    }
    assert file.labels["q1"] == {"1": "Yes", "2": "No", "9": "No answer"}
    assert file.labels["area_of_residence"] == {"N": "North", "S": "South"}
    assert file.missing == {
        "q1": frozenset({"9"}),
        "age": frozenset({"300"}),
        "town": frozenset(),
        "area_of_residence": frozenset({"X"}),
    }


@pytest.mark.parametrize("kept", [PLAIN, PACKED])
@pytest.mark.parametrize("share", [0.1, 0.4, 0.7, 0.9])
def test_a_file_that_was_cut_off_is_refused(kept: str, share: float) -> None:
    content = unpacked(kept)
    with pytest.raises(Refusal, match=r"a\.sav: is damaged or no SPSS file"):
        read_spss(Path("a.sav"), content[: int(len(content) * share)])


def test_a_file_packed_with_zlib_is_refused_with_what_to_do() -> None:
    content = b"$FL3" + unpacked(PACKED)[4:]
    with pytest.raises(Refusal, match=r"save it as plain \.sav"):
        read_spss(Path("a.zsav"), content)


def test_a_damaged_file_is_read_or_refused_and_never_more() -> None:
    chance = stream(1, "spss", "damage")
    for kept in (PLAIN, PACKED):
        whole = unpacked(kept)
        for _ in range(300):
            content = bytearray(whole)
            for at in chance.integers(4, len(content), 3):
                content[at] = int(chance.integers(0, 256))
            with suppress(Refusal):
                read_spss(Path("a.sav"), bytes(content))
