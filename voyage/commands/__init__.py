"""What every command of ours does alike: it says one line and ends with the documented exit code."""
