"""``python -m particle_sim`` is the ``particle-sim`` command."""

from particle_sim.cli.main import main

if __name__ == "__main__":
    main()
