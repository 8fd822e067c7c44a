"""Run the command line: `python -m fibercov`."""

from fibercov.cli import main

if __name__ == "__main__":
    main()
