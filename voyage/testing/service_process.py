"""`python -m voyage.testing.service_process consumer FOLDER…`: a service that imports from these, too."""

import runpy
import sys

if __name__ == "__main__":
    _, module, *folders = sys.argv
    sys.argv = [module]
    sys.path += [folder for folder in folders if folder not in sys.path]
    runpy.run_module(module, run_name="__main__", alter_sys=True)
