"""Train the OCR-B line reader and write it as ONNX: `make ocr-b`, or `python -m tests.training.ocrb --minutes 40`.

Needs torch and onnx, which the service does not: see the Makefile. Progress goes to standard output; the model is
written each time it reads better than before, so training may be ended at any moment.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import onnx
import torch
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper
from torch import nn
from torch.utils.data import DataLoader, IterableDataset, get_worker_info

from tests.training.lines import sample, strip

OUT = Path(__file__).parents[2] / "issuance/border/reading/ocrb.onnx"
CLASSES = strip.GAP + 1
# (channels in, out, kernel, stride of the pooling after it); a strip of 32 rows ends as one row, a quarter as wide
LAYERS = (
    *((1, 16, (3, 3), (2, 2)), (16, 32, (3, 3), (2, 2)), (32, 48, (3, 3), None), (48, 64, (3, 3), (2, 1))),
    *((64, 64, (3, 3), None), (64, 112, (4, 1), None), (112, 112, (1, 5), None), (112, 112, (1, 5), None)),
)


class Model(nn.Module):
    """(batch, 1, 32, width) to class scores (batch, CLASSES, width / 4)."""

    def __init__(self) -> None:
        super().__init__()
        self.steps = nn.ModuleList()
        for before, after, kernel, _ in LAYERS:
            convolution = nn.Conv2d(before, after, kernel, padding=padding(kernel), bias=False)
            self.steps.append(nn.Sequential(convolution, nn.BatchNorm2d(after), nn.ReLU(inplace=True)))
        self.drop = nn.Dropout(0.1)
        self.last = nn.Conv2d(LAYERS[-1][1], CLASSES, 1)

    def forward(self, strips: torch.Tensor) -> torch.Tensor:
        for step, (_, _, _, pool) in zip(self.steps, LAYERS, strict=True):
            strips = step(strips)
            if pool:
                strips = nn.functional.max_pool2d(strips, pool)
        return self.last(self.drop(strips)).squeeze(2)


def padding(kernel: tuple[int, int]) -> tuple[int, int]:
    """Same size, but for the layer that takes all four rows that are left."""
    return (0 if kernel[0] == 4 else kernel[0] // 2, kernel[1] // 2)


class Strips(IterableDataset):
    def __init__(self, seed: int) -> None:
        super().__init__()
        self.seed = seed

    def __iter__(self) -> Iterator[tuple[NDArray[np.float32], NDArray[np.int64]]]:
        worker = get_worker_info()
        dice = np.random.default_rng([self.seed, worker.id if worker else 0, 77])
        while True:
            strips, classes = sample(dice)
            yield strips[None], classes


def spelled(classes: NDArray[np.int64]) -> list[int]:
    """Places to characters: repeats are one, gaps are none."""
    return [int(c) for c, before in zip(classes, [strip.GAP, *classes], strict=False) if c not in (before, strip.GAP)]


def right(scores: torch.Tensor, truth: torch.Tensor) -> tuple[float, float]:
    """Shares of windows read exactly and of places classed rightly."""
    best = scores.argmax(1)
    exact = []
    for read, true in zip(best.numpy(), truth.numpy(), strict=True):
        counted = true >= 0
        exact.append(spelled(read[counted]) == spelled(true[counted]))
    return float(np.mean(exact)), float((best == truth)[truth >= 0].float().mean())


def train(minutes: float, seed: int, threads: int, workers: int, start: Path | None, rate: float) -> None:
    torch.set_num_threads(threads)
    torch.manual_seed(seed)
    model = Model().to(memory_format=torch.channels_last)
    if start is not None:
        model.load_state_dict(torch.load(start))
    held = [sample(np.random.default_rng([991, n])) for n in range(160)]
    held_strips = torch.from_numpy(np.stack([s for s, _ in held])[:, None])
    held_truth = torch.from_numpy(np.stack([c for _, c in held]))
    weight = torch.ones(CLASSES)
    weight[[strip.ALPHABET.index(character) for character in "0O"]] = 3  # the two that are told apart last
    optimiser = torch.optim.AdamW(model.parameters(), lr=rate, weight_decay=1e-3)
    loader = DataLoader(Strips(seed), batch_size=32, num_workers=workers, prefetch_factor=6 if workers else None)
    began, seen, best = time.monotonic(), 0, -1.0
    checked = began
    losses: list[float] = []
    for strips, truth in loader:
        gone = (time.monotonic() - began) / 60 / minutes
        if gone >= 1:
            break
        for group in optimiser.param_groups:  # a short rise, then a cosine down to nothing
            group["lr"] = rate * min(1, seen / 3000 + 0.02) * 0.5 * (1 + np.cos(np.pi * gone))
        model.train()
        scores = model(strips.contiguous(memory_format=torch.channels_last))
        loss = nn.functional.cross_entropy(scores, truth, weight, ignore_index=-1, label_smoothing=0.02)
        optimiser.zero_grad(set_to_none=True)
        loss.backward()
        nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimiser.step()
        losses.append(float(loss.detach()))
        seen += len(strips)
        if time.monotonic() - checked > 240:
            checked = time.monotonic()
            best = check(
                model,
                held_strips,
                held_truth,
                best,
                f"{(checked - began) / 60:5.1f} min {seen:7d} strips loss {np.mean(losses):.3f}",
            )
            losses.clear()
    check(model, held_strips, held_truth, best, f"end: {seen} strips")


def check(model: Model, strips: torch.Tensor, truth: torch.Tensor, best: float, told: str) -> float:
    """Read the held-out strips, say how well, and write the model when it is the best so far."""
    model.eval()
    with torch.no_grad():
        exact, places = right(torch.cat([model(part) for part in strips.split(64)]), truth)
    if places > best:
        OUT.write_bytes(exported(model))
        torch.save(model.state_dict(), WEIGHTS)
    print(f"{told}: windows exact {exact:.3f}, places {places:.4f}, {OUT.stat().st_size} bytes", flush=True)
    return max(best, places)


WEIGHTS = Path("build/ocr-b.pt")


def exported(model: Model) -> bytes:
    """ONNX: input `strips` float32 (n, 1, 32, width), output `scores` float32 (n, CLASSES, width / 4).

    Written by hand, layer by layer, with the batch normalisation folded in and the weights kept in half precision.
    """
    nodes, weights, flow = [], [], "strips"

    def kept(name: str, values: torch.Tensor) -> str:
        weights.append(numpy_helper.from_array(values.detach().numpy().astype(np.float16), name + "_half"))
        nodes.append(helper.make_node("Cast", [name + "_half"], [name], to=TensorProto.FLOAT))
        return name

    for n, (step, (_, _, kernel, pool)) in enumerate(zip(model.steps, LAYERS, strict=True)):
        convolution, norm = step[0], step[1]
        gain = norm.weight / torch.sqrt(norm.running_var + norm.eps)
        bent = kept(f"w{n}", convolution.weight * gain[:, None, None, None])
        moved = kept(f"b{n}", norm.bias - norm.running_mean * gain)
        high, wide = padding(kernel)
        nodes.append(
            helper.make_node("Conv", [flow, bent, moved], [f"c{n}"], kernel_shape=kernel, pads=[high, wide, high, wide])
        )
        nodes.append(helper.make_node("Relu", [f"c{n}"], [f"r{n}"]))
        flow = f"r{n}"
        if pool:
            nodes.append(helper.make_node("MaxPool", [flow], [f"p{n}"], kernel_shape=pool, strides=pool))
            flow = f"p{n}"
    inputs = [flow, kept("w_last", model.last.weight), kept("b_last", model.last.bias)]
    nodes.append(helper.make_node("Conv", inputs, ["rows"], kernel_shape=[1, 1]))
    weights.append(numpy_helper.from_array(np.array([2], np.int64), "row"))
    nodes.append(helper.make_node("Squeeze", ["rows", "row"], ["scores"]))
    graph = helper.make_graph(
        nodes,
        "ocr-b",
        [helper.make_tensor_value_info("strips", TensorProto.FLOAT, ["n", 1, strip.HEIGHT_PX, "width"])],
        [helper.make_tensor_value_info("scores", TensorProto.FLOAT, ["n", CLASSES, "places"])],
        weights,
    )
    made = helper.make_model(
        graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8, producer_name="tests.training.ocrb"
    )
    onnx.checker.check_model(made)
    return bytes(made.SerializeToString())


if __name__ == "__main__":
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--minutes", type=float, default=40)
    options.add_argument("--seed", type=int, default=1)
    options.add_argument("--threads", type=int, default=1)
    options.add_argument("--workers", type=int, default=1, help="processes that draw")
    options.add_argument("--rate", type=float, default=3e-3)
    options.add_argument("--start", type=Path, help="weights to go on from")
    options.add_argument("--out", type=Path, default=OUT)
    options.add_argument("--weights", type=Path, default=WEIGHTS)
    given = options.parse_args()
    OUT, WEIGHTS = given.out, given.weights
    WEIGHTS.parent.mkdir(parents=True, exist_ok=True)
    train(given.minutes, given.seed, given.threads, given.workers, given.start, given.rate)
