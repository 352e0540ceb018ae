"""`python -m screenpop` is the command `screenpop`."""

from screenpop.cli import main

if __name__ == "__main__":
    main()
