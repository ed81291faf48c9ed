"""Reads the header of a program: its system, its architecture, and the libraries that it
links when it starts (ELF, Mach-O and PE, 64 bits, little-endian)."""

import dataclasses
import struct


@dataclasses.dataclass
class Header:
    system: str
    arch: str
    libraries: set

    def own(self):
        """Reports whether the program needs nothing but what each such system has: Go links
        libSystem and frameworks of Apple, and kernel32 of Windows; nothing on Linux."""
        if self.system == "linux":
            return not self.libraries
        if self.system == "darwin":
            return all(name.startswith(("/usr/lib/lib", "/System/Library/Frameworks/")) for name in self.libraries)
        return {name.lower() for name in self.libraries} <= {"kernel32.dll"}


def read(program):
    for magic, parts in ((b"\x7fELF\x02\x01", elf), (b"\xcf\xfa\xed\xfe", macho), (b"MZ", pe)):
        if program.startswith(magic):
            return parts(program)
    raise ValueError("not a program for Linux, macOS or Windows")


def elf(p):
    """System V ABI, chapters 4 and 5: a program that is linked when it starts names an interpreter."""
    machine, offset, size, count = struct.unpack_from("<H", p, 18)[0], struct.unpack_from("<Q", p, 32)[0], *struct.unpack_from("<HH", p, 54)
    libraries = set()
    for i in range(count):
        kind, _, begin, _, _, length = struct.unpack_from("<IIQQQQ", p, offset + i * size)
        if kind == 3:  # PT_INTERP
            libraries.add(p[begin : begin + length].rstrip(b"\0").decode())
    return Header("linux", {62: "amd64", 183: "arm64"}[machine], libraries)


def macho(p):
    """Apple, mach-o/loader.h: LC_LOAD_DYLIB and its weak form name a library each."""
    cpu, count = struct.unpack_from("<I", p, 4)[0], struct.unpack_from("<I", p, 16)[0]
    libraries, at = set(), 32
    for _ in range(count):
        command, size = struct.unpack_from("<II", p, at)
        if command in (0xC, 0x80000018):
            name = at + struct.unpack_from("<I", p, at + 8)[0]
            libraries.add(p[name : at + size].split(b"\0", 1)[0].decode())
        at += size
    return Header("darwin", {0x01000007: "amd64", 0x0100000C: "arm64"}[cpu], libraries)


def pe(p):
    """Microsoft, PE Format: the second data directory of the optional header is the import table."""
    at = struct.unpack_from("<I", p, 0x3C)[0]
    machine, sections, optional = *struct.unpack_from("<HH", p, at + 4), struct.unpack_from("<H", p, at + 20)[0]
    table = at + 24 + optional
    of = [struct.unpack_from("<IIII", p, table + i * 40 + 8) for i in range(sections)]  # virtual size and address, raw size and offset

    def place(address):
        return next(raw + address - virtual for size, virtual, _, raw in of if virtual <= address < virtual + size)

    libraries, entry = set(), place(struct.unpack_from("<I", p, at + 24 + 112 + 8)[0])
    while name := struct.unpack_from("<I", p, entry + 12)[0]:
        begin = place(name)
        libraries.add(p[begin : p.index(b"\0", begin)].decode())
        entry += 20
    return Header("windows", {0x8664: "amd64", 0xAA64: "arm64"}[machine], libraries)
