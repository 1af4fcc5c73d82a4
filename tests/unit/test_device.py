"""Where to compute and in which type, for every kind of device, without having one."""

import pytest
import torch

from course_lm.device import autocast, pick_device, product_dtype, tensor_float_32


@pytest.fixture
def machine(monkeypatch):
    """A machine with so many GPUs of one capability; a GPU from 8.0 on computes in bfloat16, others emulate it."""

    def build(n_gpus=0, capability=(8, 0), mps=False, **environment):
        for name in ("COURSE_LM_DEVICE", "LOCAL_RANK"):
            monkeypatch.delenv(name, raising=False)
        for name, value in environment.items():
            monkeypatch.setenv(name, str(value))
        in_bfloat16 = capability >= (8, 0)
        monkeypatch.setattr(torch.cuda, "is_available", lambda: n_gpus > 0)
        monkeypatch.setattr(torch.cuda, "device_count", lambda: n_gpus)
        monkeypatch.setattr(torch.cuda, "get_device_capability", lambda device=None: capability)
        monkeypatch.setattr(
            torch.cuda,
            "is_bf16_supported",
            lambda including_emulation=True: including_emulation or in_bfloat16,
        )
        monkeypatch.setattr(torch.backends.mps, "is_available", lambda: mps)

    return build


@pytest.mark.parametrize(
    ("there", "picked"),
    [
        ({}, "cpu"),
        ({"mps": True}, "mps"),
        ({"n_gpus": 1}, "cuda"),
        ({"n_gpus": 1, "mps": True}, "cuda"),
        ({"n_gpus": 1, "COURSE_LM_DEVICE": "cpu"}, "cpu"),
        ({"mps": True, "COURSE_LM_DEVICE": "cpu"}, "cpu"),
        ({"n_gpus": 4, "COURSE_LM_DEVICE": "cuda:3"}, "cuda:3"),
        ({"n_gpus": 4, "COURSE_LM_DEVICE": ""}, "cuda"),
    ],
)
def test_the_fastest_device_is_picked_unless_the_environment_names_one(machine, there, picked):
    machine(**there)
    assert pick_device() == torch.device(picked)


@pytest.mark.parametrize("named", ["cuda:4", "cuda:", "cuda:-1", "mps", "cuda:x", "gpu"])
def test_a_device_that_is_not_there_is_refused_with_those_that_are(machine, named):
    machine(n_gpus=4, COURSE_LM_DEVICE=named)
    with pytest.raises(ValueError, match=f"must name a device of this machine, cuda or cpu; got '{named}'"):
        pick_device()


@pytest.mark.parametrize(
    ("there", "picked"),
    [
        ({"n_gpus": 4, "LOCAL_RANK": 0}, "cuda"),
        ({"n_gpus": 4, "LOCAL_RANK": 3}, "cuda:3"),
        ({"n_gpus": 4, "LOCAL_RANK": 2, "COURSE_LM_DEVICE": "cuda"}, "cuda:2"),
        ({"n_gpus": 4, "LOCAL_RANK": 2, "COURSE_LM_DEVICE": "cuda:1"}, "cuda:1"),
        ({"n_gpus": 4, "LOCAL_RANK": 2, "COURSE_LM_DEVICE": "cpu"}, "cpu"),
        ({"LOCAL_RANK": 7}, "cpu"),
    ],
)
def test_every_process_of_torchrun_has_a_gpu_of_its_own(machine, there, picked):
    machine(**there)
    assert pick_device() == torch.device(picked)


def test_more_processes_than_gpus_are_refused(machine):
    machine(n_gpus=2, LOCAL_RANK=2)
    with pytest.raises(ValueError, match=r"got 3 processes or more and 2 GPUs\..*--nproc-per-node 2"):
        pick_device()


@pytest.mark.parametrize(
    ("device", "capability", "dtype"),
    [
        ("cuda", (9, 0), torch.bfloat16),
        ("cuda:1", (8, 0), torch.bfloat16),
        ("cuda", (7, 5), torch.float16),  # a T4
        ("cuda", (7, 0), torch.float16),
        ("cuda", (6, 0), torch.float32),
        ("mps", (9, 0), torch.float32),
        ("cpu", (9, 0), torch.float32),
    ],
)
def test_products_are_computed_in_the_fastest_type_that_the_device_has(machine, device, capability, dtype):
    machine(n_gpus=2, capability=capability)
    assert product_dtype(torch.device(device), "auto") == dtype


@pytest.mark.parametrize("device", ["cpu", "mps", "cuda"])
@pytest.mark.parametrize("precision", ["float32", "bfloat16", "float16"])
def test_a_type_that_is_named_is_taken_on_every_device(machine, device, precision):
    machine(n_gpus=1, capability=(6, 0))
    assert product_dtype(torch.device(device), precision) == getattr(torch, precision)


@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16, torch.float16])
def test_products_have_the_type_and_weights_stay_float32(dtype):
    weights = torch.ones(3, 3, requires_grad=True)
    with autocast(torch.device("cpu"), dtype):
        product = weights @ weights
    assert product.dtype == dtype
    product.sum().backward()
    assert weights.dtype == weights.grad.dtype == torch.float32


@pytest.mark.parametrize(("kind", "inside"), [("cuda", "high"), ("cpu", "highest"), ("mps", "highest")])
def test_shorter_float32_products_are_for_cuda_and_end_with_their_context(kind, inside):
    def fails():
        with tensor_float_32(torch.device(kind)):
            assert torch.get_float32_matmul_precision() == inside
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fails()
    assert torch.get_float32_matmul_precision() == "highest"
