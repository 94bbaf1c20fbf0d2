"""Settings and logging; read by everything, imports nothing of ours."""

from config.settings import Settings, load_settings

__all__ = ["Settings", "load_settings"]
