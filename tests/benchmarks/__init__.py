"""Speed and memory, as ratios in one run: machines differ, and so does the same one from hour to hour."""
