"""How functions are compiled, kept on disk as machine code, and called.

Without reference counts (nothing here makes an array) and the interpreter's lock. `compiled` and `inlined` are for
functions that others here call, `entry` for those that are called from outside: their machine code is kept. It is
loaded and called without numba, which is there to compile only: its import and set-up take longer than many an export.
"""

from __future__ import annotations

import ctypes
import hashlib
import importlib.metadata
import os
import platform
import threading
from collections.abc import Callable
from functools import cache, cached_property
from pathlib import Path
from typing import Any

import numpy as np

from labelframe.kept import is_kept, keep, kept

Function = Callable[..., Any]
OPTIONS = {"_nrt": False, "nogil": True, "error_model": "numpy"}
PLAIN = {"memcpy", "memmove", "memset"}
"""The functions from elsewhere that machine code may call."""
_GIVEN = ctypes.c_int64 * 4
NO_FAULT = (0, -2)  # what numba's functions return, when they give a value or none


class Compiled:
    """A function that becomes numba's when something that calls it is compiled, or when it is called from Python."""

    def __init__(self, function: Function, made: Callable[[Function], Any]) -> None:
        self._function = function
        self._make = made
        self.__doc__ = function.__doc__

    @cached_property
    def _made(self) -> Any:
        return self._make(self._function)

    @property
    def _numba_type_(self) -> Any:
        """What numba takes it for, wherever another function names it."""
        from numba.core.registry import cpu_target

        made = self._made
        cpu_target.typing_context.refresh()
        return cpu_target.typing_context.resolve_value_type(made)

    def __call__(self, *arguments: Any) -> Any:
        return self._made(*arguments)


def compiled(function: Function) -> Any:
    """Compile a function as part of whatever calls it."""
    return Compiled(function, lambda function: _njit(function))


def inlined(function: Function) -> Any:
    """Compile a function into each place that calls it: a call would cost more than what it does."""
    return Compiled(function, lambda function: _njit(function, forceinline=True))


def intrinsic(function: Function) -> Any:
    """A function that says in LLVM's terms what it does, as numba's `intrinsic`."""

    def made(function: Function) -> Any:
        from numba.extending import intrinsic

        return intrinsic(function)

    return Compiled(function, made)


def _njit(function: Function, **options: Any) -> Any:
    from numba import njit

    return njit(**OPTIONS, **options)(function)


class Entry:
    """A function that is called from Python with numbers, arrays and named tuples of arrays, and gives whole numbers.

    For each combination of types it is compiled once. Its arguments are laid out as numba's own functions take them: of
    an array two pointers to what would own it, its size, the size of an item, the data, shape and strides.
    """

    def __init__(self, function: Function, gives: int) -> None:
        self._function = function
        self._gives = gives
        self.name = f"{function.__module__}.{function.__name__}"
        self.known: dict[str, Callable[..., int]] = {}  # what to call, by types
        self.__doc__ = function.__doc__

    def __call__(self, *arguments: Any) -> Any:
        types: list[str] = []
        values: list[Any] = []
        for argument in arguments:
            _lay_out(argument, types, values)
        key = "".join(types)
        native = self.known.get(key)
        if native is None:
            native = self.known[key] = self._load(key, arguments, len(values))
        given = _GIVEN()
        fault = ctypes.c_void_p()
        status = native(ctypes.addressof(given), ctypes.addressof(fault), *values)
        assert status in NO_FAULT, f"{self.name} ended with {status}"
        if self._gives < 2:
            return given[0] if self._gives else None
        return tuple(given[: self._gives])

    def _path(self) -> str:
        return f"{self.name}-{stamp()[:16]}-"

    def is_kept(self) -> bool:
        """Whether its machine code was made before, for some types."""
        return is_kept(f"{self._path()}*.o")

    def _load(self, key: str, arguments: tuple[Any, ...], count: int) -> Callable[..., int]:
        with _LOADING:
            path = f"{self._path()}{hashlib.sha256(key.encode()).hexdigest()[:8]}.o"
            symbol, _, code = (kept(path) or self._compiled(arguments, path)).partition(b"\n")
            engine = _engine()
            from llvmlite import binding

            engine.add_object_file(binding.ObjectFileRef.from_data(code))
            engine.finalize_object()
            prototype = ctypes.CFUNCTYPE(ctypes.c_int32, *[ctypes.c_void_p] * (2 + count))
            return prototype(engine.get_function_address(symbol.decode()))

    def _compiled(self, arguments: tuple[Any, ...], path: str) -> bytes:
        """The name of the function in its machine code, a line end, and the machine code."""
        from llvmlite import binding
        from numba import typeof

        made = _njit(self._function, no_cpython_wrapper=True, no_cfunc_wrapper=True)
        made.compile(tuple(typeof(argument) for argument in arguments))
        (overload,) = made.overloads.values()
        module = binding.parse_assembly(overload.library.get_llvm_str())
        asked = {function.name for function in module.functions if function.is_declaration}
        missing = {name for name in asked if not name.startswith("llvm.")} - PLAIN
        if missing:  # LLVM would end the process
            raise RuntimeError(f"{self.name} needs {', '.join(sorted(missing))}")
        _, _, (code, _) = overload.library.serialize_using_object_code()
        named = bytes(overload.fndesc.llvm_func_name.encode() + b"\n" + code)
        keep(path, named)
        return named


def entry(gives: int) -> Callable[[Function], Any]:
    """Compile a function that is called from outside; `gives`: how many whole numbers it returns."""
    return lambda function: Entry(function, gives)


def _lay_out(argument: Any, types: list[str], values: list[Any]) -> None:
    """Add an argument's type, and the values that stand for it in a call."""
    if isinstance(argument, np.ndarray):
        flags = argument.flags
        order = "C" if flags.c_contiguous else "F" if flags.f_contiguous else "A"
        types.append(f"{argument.dtype.str}{argument.ndim}{order}{'' if flags.writeable else 'r'}")
        values += (None, None, argument.size, argument.itemsize, argument.__array_interface__["data"][0])
        values += argument.shape
        values += argument.strides
    elif isinstance(argument, tuple):
        types.append(f"{type(argument).__name__}(")
        for part in argument:
            _lay_out(part, types, values)
        types.append(")")
    else:
        types.append("u" if isinstance(argument, np.uint64) else "i")
        values.append(int(argument))


_LOADING = threading.RLock()


@cache
def _engine() -> Any:
    """What holds machine code in memory, for as long as the process lives."""
    from llvmlite import binding

    binding.initialize_native_target()
    binding.initialize_native_asmprinter()
    machine = binding.Target.from_default_triple().create_target_machine(jit=True)
    return binding.create_mcjit_compiler(binding.parse_assembly(""), machine)


@cache
def stamp() -> str:
    """A hash of all that the machine code is made of, and of the machine that it is made for."""
    from llvmlite import binding

    here = Path(__file__).parent
    digest = hashlib.sha256()
    for path in [*sorted(here.glob("*.py")), here.parent / "content.py", here.parent / "schema.py"]:
        digest.update(path.read_bytes())
    made_for = (
        importlib.metadata.version("llvmlite"),
        binding.get_process_triple(),
        binding.get_host_cpu_name(),
        str(binding.get_host_cpu_features()),
        platform.python_implementation(),
        os.environ.get("NUMBA_BOUNDSCHECK", ""),
    )
    digest.update("\n".join(made_for).encode())
    return digest.hexdigest()
