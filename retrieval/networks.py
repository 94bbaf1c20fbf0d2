"""Which network runs a model: OpenVINO where it is installed and can, else torch.

OpenVINO's is compiled once and kept in a folder of the cache, so that later starts load neither torch nor
sentence-transformers.
"""
# ruff: noqa: PLC0415  each of the imports takes seconds, and one of them an extra

import logging
import re
import shutil
from functools import partial
from hashlib import sha256
from pathlib import Path

from retrieval.errors import ModelUnavailable
from retrieval.files import make_folder
from retrieval.network import Network

log = logging.getLogger(__name__)

_LAYOUT = 1  # of a compiled model's folder; raise it to have models compiled again


def opened(name: str, identity: str, cache_dir: Path) -> Network:
    """The model of a folder or hub name, loaded; compiled before or now (some seconds, and as much disk as the model).

    Raises:
        ModelUnavailable: it cannot be had, or the compiled one cannot be written.
    """
    model = Path(name)
    network = _compiled(model, place_of(model, identity, cache_dir)) if model.is_dir() else None  # a hub's may change
    if network is None:
        from retrieval.torch_network import TorchNetwork

        network = TorchNetwork(name)
    return network


def place_of(model: Path, identity: str, cache_dir: Path) -> Path:
    """Where a compiled model is kept."""
    name = re.sub(r"[^\w.-]+", "-", model.name)
    return cache_dir / "compiled" / f"{name}-{_LAYOUT}-{sha256(identity.encode()).hexdigest()[:12]}"


def _compiled(model: Path, place: Path) -> Network | None:
    """The model, run by OpenVINO; None where that is not installed or cannot run it."""
    try:
        from retrieval.compiled_network import FACTS, CompiledNetwork
    except ImportError:
        return None
    if (place / FACTS).exists():
        try:
            return CompiledNetwork(place)
        except Exception as error:  # every part of it raises its own kinds
            log.warning("The compiled model in %s cannot be read, and is made again: %s.", place, _line(error))
            shutil.rmtree(place, ignore_errors=True)
    from retrieval.compiling import compile_model

    try:
        make_folder(place, FACTS, partial(compile_model, str(model)))
        return CompiledNetwork(place)
    except ModelUnavailable:
        raise
    except OSError as error:
        raise ModelUnavailable(f"The model cannot be compiled into {place}: {error.strerror}.") from error
    except Exception as error:
        log.warning("OpenVINO cannot run the model %s, torch does: %s.", model, _line(error))
        return None


def _line(error: Exception) -> str:
    return next(iter(str(error).splitlines()), type(error).__name__)
