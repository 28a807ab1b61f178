"""SPSS system files, as pyreadstat 1.3.7 wrote them from the rows below, and as written here by the format's rule."""

from __future__ import annotations

import base64
import struct
import tracemalloc
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

LONG_AND_ZIPPED = (
    "c-m8O^D%bNP}Wok4hRlbaB&QARB-e3aaGV&$S5f(D7MnqPtPpLC{5B!&d=2k&#X!;O7Trh)(=WeObISYEKy)$U|{eAVh{}i%nUFP"
    ">0o56;Fn*fU}R=sXk}_{WoV{AAwaSR2ADWl!8p(mq68%WA6dbFMlcTdh(yQ(0Zf`vmJy6$R*cGz%8$wqae3_d-(WO+M&(E4hrfIR"
    "a{f<X1Y=<SHyjNg`p9EzpE<g_g5}wvZA2Cz<^W<5<f0k~7(r%2+j%elGBB_ssbz+$`Tzg@e<)r556WkUng!C!3dEryZn_pAL2jr4"
    "{7_3cpo(B@1|rxX^&qo&p=?ng4m7kaG~@&(E8FsnN=~5nY!lN{L5ldGia-{Fqzw$r3=9}JK~e%x^O%s_0BbNmhcYH|Luer$2yFnB"
    "ubAWgmz%Nu`vms?K`ZJzW-NAC=V(x@QNov4Eb{4-s1^tF3`-Xc)uS>=YmVjmNi#DiPUT9N@U6e=fj%>f4M)ij{t`Bi6Pl)$8@E`5"
    "DsFaB+#I2(Z@STgKS#gx&2Q$7?;R#GGt{lCT0I9Ew(t=6U=MaI%wa2`bOq4CnLru<P16ia"
)
START_OF_CASES = b"\xe7\x03\0\0\0\0\0\0"


def unpacked(text: str) -> bytes:
    return zlib.decompress(base64.b85decode(text))


def zipped(content: bytes, size: int, promised: int | None = None) -> bytes:
    """Pack the cases of a bytecode-compressed file in blocks of so many bytes, each said to hold that or what is promised."""
    start = content.index(START_OF_CASES) + len(START_OF_CASES)
    body = content[start:]
    blocks = [body[at : at + size] for at in range(0, len(body), size)]
    packed = [zlib.compress(each) for each in blocks]
    trailer_at = start + 24 + sum(map(len, packed))
    trailer = struct.pack("<2q2i", -100, 0, size, len(blocks))
    at, laid = start, start + 24
    for block, each in zip(blocks, packed, strict=True):
        trailer += struct.pack("<2q2i", at, laid, len(block) if promised is None else promised, len(each))
        at, laid = at + len(block), laid + len(each)
    head = b"$FL3" + content[4:72] + struct.pack("<i", 2) + content[76:start]
    return head + struct.pack("<3q", start, trailer_at, len(trailer)) + b"".join(packed) + trailer


def with_long_texts(rows: list[tuple[bytes, float]], width: int) -> bytes:
    """Write a plain file with a text of more than 255 bytes and a number after it, by the format's rule."""
    segments = [255] * (-(-width // 252) - 1)
    segments.append(width - 252 * len(segments))
    file = b"$FL2" + b"@(#) SPSS DATA FILE".ljust(60) + struct.pack("<5id", 2, -1, 0, 0, len(rows), 100.0)
    file += b"01 Jan 2501:02:03" + b" " * 64 + b"\0" * 3
    for number, each in enumerate(segments):
        file += struct.pack("<6i", 2, each, 0, 0, 0, 0) + f"WHY{number or ''}".encode().ljust(8)
        file += (struct.pack("<6i", 2, -1, 0, 0, 0, 0) + b" " * 8) * (-(-each // 8) - 1)
    file += struct.pack("<6i", 2, 0, 0, 0, 0, 0) + b"AGE".ljust(8)
    said = f"WHY={width:05d}\0\t".encode()
    file += struct.pack("<4i", 7, 14, 1, len(said)) + said
    file += struct.pack("<4i", 7, 20, 1, 5) + b"UTF-8" + START_OF_CASES
    for text, age in rows:
        whole = text.ljust(255 * len(segments))
        for number, each in enumerate(segments):
            cell = whole[255 * number : 255 * number + min(each, 255)]
            file += cell.ljust(-(-each // 8) * 8)
        file += struct.pack("<d", age)
    return file


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


@pytest.mark.parametrize("size", [8, 100, 4096])
def test_a_zipped_file_says_what_it_says_unzipped(size: int) -> None:
    plain = read_spss(Path("a.sav"), unpacked(PACKED))
    file = read_spss(Path("a.zsav"), zipped(unpacked(PACKED), size))
    assert file.table.equals(plain.table)
    assert (file.labels, file.missing) == (plain.labels, plain.missing)


def test_a_zipped_file_with_long_texts_is_read_as_another_program_wrote_it() -> None:
    file = read_spss(Path("a.zsav"), unpacked(LONG_AND_ZIPPED))
    assert file.table.drop("__row").to_dict(as_series=False) == {
        "q1": ["1", "2", ""],
        "why": ["ü" * 200 + " no " + "x" * 196, "", "Because it is near."],
        "age": ["34", "71.5", "300"],
    }


@pytest.mark.parametrize("width", [256, 257, 504, 505, 600, 1024])
def test_texts_of_more_than_255_bytes_are_joined_across_letters(width: int) -> None:
    # The letter of two bytes begins in one segment and ends in the next.
    said = ["a" * 254 + "é" + "b" * (width - 256), "short", ""]
    rows = [(each.encode(), float(number)) for number, each in enumerate(said)]
    file = read_spss(Path("a.sav"), with_long_texts(rows, width))
    assert file.table.drop("__row").to_dict(as_series=False) == {"WHY": said, "AGE": ["0", "1", "2"]}


def test_segments_that_do_not_make_up_the_text_are_refused() -> None:
    content = with_long_texts([(b"a", 1.0)], 600).replace(b"WHY=00600", b"WHY=00900")
    with pytest.raises(Refusal, match="is damaged"):
        read_spss(Path("a.sav"), content)


def test_a_file_that_would_unpack_to_far_more_than_a_survey_is_refused_before_it_does() -> None:
    with pytest.raises(Refusal, match=r"a\.zsav: unpacks to more than 64 MB.*save it as CSV"):
        read_spss(Path("a.zsav"), zipped(unpacked(PACKED), 4096, promised=2**30))


@pytest.mark.parametrize("promised", [1, 0, -1, 4095])
def test_a_block_that_unpacks_to_other_than_it_promises_is_refused_without_unpacking_it_whole(
    promised: int,
) -> None:
    # Sixteen megabytes of nothing, which a thousandth of that can hold.
    bomb = unpacked(PACKED) + bytes(2**24)
    content = zipped(bomb, len(bomb), promised=promised)
    assert len(content) < 2**15
    tracemalloc.start()
    with pytest.raises(Refusal, match="is damaged"):
        read_spss(Path("a.zsav"), content)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 2**20


def test_a_zipped_file_that_was_cut_off_is_refused() -> None:
    content = zipped(unpacked(PACKED), 100)
    for share in (0.5, 0.9, 0.99):
        with pytest.raises(Refusal, match="is damaged"):
            read_spss(Path("a.zsav"), content[: int(len(content) * share)])


def test_a_damaged_file_is_read_or_refused_and_never_more() -> None:
    chance = stream(1, "spss", "damage")
    whole_files = [unpacked(each) for each in (PLAIN, PACKED, LONG_AND_ZIPPED)]
    for whole in (*whole_files, with_long_texts([(b"a", 1.0)], 600)):
        for _ in range(300):
            content = bytearray(whole)
            for at in chance.integers(4, len(content), 3):
                content[at] = int(chance.integers(0, 256))
            with suppress(Refusal):
                read_spss(Path("a.sav"), bytes(content))
