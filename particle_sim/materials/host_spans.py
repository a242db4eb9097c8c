"""What the host families hold, in words for a material file that is to be filled in."""

from __future__ import annotations

from collections.abc import Mapping

from particle_sim.materials.catalogue import CATALOGUE
from particle_sim.materials.hosts import host_names, load_host
from particle_sim.materials.schema import HostFile, PropertyEntry
from particle_sim.units import to_si


def host_families(template: str) -> dict[str, str]:
    """What a ``template`` leaves open, by name.

    Comment lines about the hosts, the span of each property over them, and a block for every
    property that the template does not mention.
    """
    hosts = {name: load_host(name, name) for name in host_names()}
    width = max(map(len, hosts))
    lines = [
        f"#   {name:<{width}}  {host.host.carrier}  {host.host.title}"
        for name, host in hosts.items()
    ]
    spans = {f"span_{name}": _span(name, hosts) for name in CATALOGUE}
    others = [
        f"\n# {kind.meaning.capitalize()}, in {kind.shown_unit}. {_span(name, hosts)}.\n"
        f"# [properties.{name}]\n"
        for name, kind in CATALOGUE.items()
        if f"[properties.{name}]" not in template
    ]
    return {"hosts": "\n".join(lines), "others": "".join(others), **spans}


def _span(name: str, hosts: Mapping[str, HostFile]) -> str:
    """``1e-19 to 1e-13 m^2/s over the host families``: the hull of their plausible ranges."""
    kind = CATALOGUE[name]
    ends = [
        kind.shown_factor * to_si(end, host.properties[name].unit, kind.unit)
        for host in hosts.values()
        if name in host.properties
        for end in _ends(host.properties[name])
    ]
    if not ends:
        return "no host family holds one"
    shown = "" if kind.shown_unit == "1" else f" {kind.shown_unit}"
    return f"{min(ends):.3g} to {max(ends):.3g}{shown} over the host families"


def _ends(entry: PropertyEntry) -> list[float]:
    """The lowest and highest plausible number of an entry, in its own unit."""
    ends = [end for plateau in entry.plateaus or [] for end in plateau.range or (plateau.voltage,)]
    if entry.range is not None:
        ends += entry.range
    elif entry.value is not None:
        ends.append(entry.value)
    return ends
