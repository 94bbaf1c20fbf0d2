"""Who gets the cores: all of them torch, one each the small products around it."""

import faiss
from threadpoolctl import threadpool_limits


def leave_cores_to_torch() -> None:
    """From now on NumPy's and FAISS's linear algebra run in one thread each.

    Their worker threads go on spinning for a while after each product and take the cores from the encoder: on two cores
    a question took 48 ms at the median with them and 22 without (150 questions, once, during development).
    """
    threadpool_limits(limits=1, user_api="blas")
    faiss.omp_set_num_threads(1)
