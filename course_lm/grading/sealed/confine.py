"""What the kernel refuses to student code, whatever that code does: the fences inside a worker.

Four of them, each by a call that nothing takes back: namespaces in which no other process exists, no privileges,
Landlock where bubblewrap could not take the files away, and a filter of system calls. None of them is Python that
could be patched. The module imports nothing of the package, since the worker loads it inside the seal; it needs Linux,
and `unavailable` says what a machine lacks.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import platform
import struct
from collections.abc import Collection, Iterator
from itertools import chain
from pathlib import Path

NOBODY = 65534

ALLOWED = """
read 0 63 pread64 17 67 readv 19 65 write 1 64 writev 20 66 lseek 8 62 close 3 57 close_range 436 436
open 2 - openat 257 56 stat 4 - lstat 6 - fstat 5 80 newfstatat 262 79 statx 332 291 statfs 137 43 fstatfs 138 44
access 21 - faccessat 269 48 readlink 89 - readlinkat 267 78 getdents64 217 61 getcwd 79 17
dup 32 23 dup2 33 - dup3 292 24 pipe 22 - pipe2 293 59 poll 7 - ppoll 271 73 select 23 - pselect6 270 72
mmap 9 222 mprotect 10 226 munmap 11 215 mremap 25 216 madvise 28 233 brk 12 214 get_mempolicy 239 236
rt_sigaction 13 134 rt_sigprocmask 14 135 rt_sigreturn 15 139 rt_sigpending 127 136 rt_sigsuspend 130 133
sigaltstack 131 132 pause 34 - alarm 37 - setitimer 38 103 getitimer 36 102
nanosleep 35 101 clock_nanosleep 230 115 clock_gettime 228 113 clock_getres 229 114 gettimeofday 96 169 time 201 -
futex 202 98 set_robust_list 273 99 set_tid_address 218 96 rseq 334 293 sched_yield 24 124 restart_syscall 219 128
sched_getaffinity 204 123 getcpu 309 168 arch_prctl 158 - getrandom 318 278 uname 63 160 sysinfo 99 179
getrlimit 97 163 getrusage 98 165 times 100 153 getpriority 140 141 getgroups 115 158
getpid 39 172 gettid 186 178 getppid 110 173 getpgrp 111 - getpgid 121 155 getsid 124 156
getuid 102 174 geteuid 107 175 getresuid 118 148 getgid 104 176 getegid 108 177 getresgid 120 150
exit 60 93 exit_group 231 94 wait4 61 260
"""
"""System calls that an answer may need, each with its number on x86-64 and on 64-bit Arm; no other comes through."""

ONLY = {
    "ioctl 16 29": (1, (0x5401, 0x5413, 0x541B, 0x5450, 0x5451)),  # is it a terminal, how wide, how much is there
    "fcntl 72 25": (1, (0, 1, 2, 3, 4, 1030)),  # copies of descriptors, and their flags
    "prlimit64 302 261": (0, (0,)),  # of the caller itself
}
"""Allowed if the argument at this place has one of these values."""

NEWEST = 435
"""From this number on, a call is said to be unknown, so that a newer C library does it in the old way."""

MACHINES = {"x86_64": (0, 0xC000003E), "aarch64": (1, 0xC00000B7)}
"""The column of numbers, and what the kernel calls the machine."""

PRCTL = {"parent_death_signal": 1, "dumpable": 4, "seccomp": 22, "no_new_privileges": 38}
NAMESPACES = 0x10000000 | 0x20000000 | 0x08000000 | 0x40000000 | 0x04000000  # user, process, IPC, network, host name


def unavailable() -> str:
    """What keeps the filter of system calls from working here, in a few words; nothing if it works."""
    if platform.system() != "Linux":
        return f"{platform.system()} has neither namespaces nor a filter of system calls"
    if platform.machine() not in MACHINES:
        return f"the system calls of {platform.machine()} are not known"
    return ""


def filter_calls() -> None:
    """From now on, this process and whatever it becomes can make those system calls alone that `ALLOWED` has.

    Raises:
        OSError: if the kernel has no seccomp.
    """
    column, machine = MACHINES[platform.machine()]
    load, equal, at_least = 0x20, 0x15, 0x35  # what BPF can do with a number of the call
    allow, refuse, unknown = ((0x06, 0, 0, answer) for answer in (0x7FFF0000, 0x00050001, 0x00050026))
    program = [(load, 0, 0, 4), (equal, 1, 0, machine), refuse]  # a call in the manner of another machine
    program += [(load, 0, 0, 0), (at_least, 0, 1, 0x40000000), refuse]  # x32, a second numbering of x86-64
    for call, (place, values) in ONLY.items():
        allowed = [step for value in values for step in ((equal, 0, 1, value), allow)]
        program += [(equal, 0, len(allowed) + 2, numbers(call, column)[0]), (load, 0, 0, 16 + 8 * place)]
        program += [*allowed, refuse]
    for number in numbers(ALLOWED, column):
        program += [(equal, 0, 1, number), allow]
    program += [(at_least, 0, 1, NEWEST), unknown, refuse]
    code = ctypes.create_string_buffer(b"".join(struct.pack("HBBI", *step) for step in program))
    pointer = struct.pack("HxxxxxxP", len(program), ctypes.addressof(code))
    prctl("no_new_privileges", 1)
    prctl("seccomp", 2, pointer)


def landlock_version() -> int:
    """Of the kernel's Landlock.

    Raises:
        OSError: if it has none.
    """
    return _call(444, None, 0, 1)


def landlock(readable: Collection[str], covered: Collection[str]) -> None:
    """From now on this process can read what lies in `readable` and not in `covered`, and write nowhere.

    Raises:
        OSError: if the kernel has no Landlock.
    """
    version = landlock_version()
    rights = (1 << (13 + (version >= 2) + (version >= 3) + (version >= 5))) - 1  # all that there are to files
    rules = struct.pack("QQQ", rights, 3, 3)[: 8 * (1 + (version >= 4) + (version >= 6))]  # TCP; signals and sockets
    ruleset = _call(444, rules, len(rules), 0)
    for path, allowed in chain.from_iterable(_around(place, covered) for place in readable):
        with contextlib.suppress(FileNotFoundError):
            place = os.open(path, os.O_PATH)
            _call(445, ruleset, 1, struct.pack("=Qi", allowed, place), 0)
            os.close(place)
    prctl("no_new_privileges", 1)
    _call(446, ruleset, 0)
    os.close(ruleset)


def leave_namespaces() -> None:
    """The next child of this process is alone in namespaces of its own.

    Raises:
        OSError: where the machine forbids it.
    """
    if _libc().unshare(NAMESPACES):
        raise OSError(ctypes.get_errno(), "no namespaces")


def give_up_privileges(needed: Collection[str]) -> None:
    """Gives up every capability, and being root where nobody can still read the files that are `needed`.

    Raises:
        OSError: if the kernel lets none be given up.
    """
    folders = {folder for path in needed for folder in Path(path).parents}
    if os.getuid() == 0 and all(folder.stat().st_mode & 1 for folder in folders):
        with contextlib.suppress(OSError):  # a container may know no other user
            os.setgroups([])
            os.setgid(NOBODY)
            os.setuid(NOBODY)
    if _libc().capset(struct.pack("Ii", 0x20080522, 0), bytes(24)):
        raise OSError(ctypes.get_errno(), "capabilities stay")


def prctl(name: str, *values: int | bytes) -> None:
    """Sets a property of this process.

    Raises:
        OSError: if the kernel does not know it.
    """
    arguments = [ctypes.c_ulong(value) if isinstance(value, int) else value for value in values]
    if _libc().prctl(PRCTL[name], *arguments, *[ctypes.c_ulong(0)] * (4 - len(arguments))):
        raise OSError(ctypes.get_errno(), f"no {name}")


def numbers(table: str, column: int) -> list[int]:
    """Those of the system calls in a table, on the machine that this column is for."""
    words = table.split()
    return [int(pair[column]) for pair in zip(words[1::3], words[2::3], strict=True) if pair[column] != "-"]


def _around(path: str, covered: Collection[str]) -> Iterator[tuple[str, int]]:
    """What to allow so that `path` can be read without what is covered in it: Landlock knows no exception."""
    execute, read_file, read_folder = 1, 4, 8
    if not any(cover == path or cover.startswith(f"{path}/") for cover in covered):
        yield path, execute | read_file | (read_folder if os.path.isdir(path) else 0)
    elif path not in covered:
        yield path, read_folder
        for name in os.listdir(path):
            yield from _around(f"{path}/{name}", covered)


def _call(number: int, *arguments: int | bytes | None) -> int:
    """A system call that the C library has no function for."""
    result = _libc().syscall(number, *(ctypes.c_long(a) if isinstance(a, int) else a for a in arguments))
    if result < 0:
        raise OSError(ctypes.get_errno(), "no Landlock")
    return int(result)


def _libc() -> ctypes.CDLL:
    return ctypes.CDLL(None, use_errno=True)
