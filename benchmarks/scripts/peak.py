"""Run a command and print the most memory that it held at once, in KiB (as Linux counts).

A process of its own, and a small one: until a child runs its own program it counts with its
parent's memory, so that a large parent would hide a small child.
"""

import resource
import subprocess
import sys

code = subprocess.run(sys.argv[1:], stdout=subprocess.DEVNULL, check=False).returncode
print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)
sys.exit(code)
