"""Inference: what measured capacities, voltages and titrations say about a material.

``fit.fit_rates`` and ``fit.fit_voltage`` return a posterior over the groups of parameters such
data can determine; ``titration.titrate`` reads D/R^2 from pulses and says where that means
something; ``folder`` writes both. ``consistency`` asks first whether a series agrees with itself.
"""
