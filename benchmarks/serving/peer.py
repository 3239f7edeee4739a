"""What one would write without sayso: FastAPI around transformers' pipeline. Run by uvicorn; PEER_MODEL names the folder."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Any

import torch
from fastapi import FastAPI
from pydantic import BaseModel
from transformers import AutoTokenizer, pipeline

sys.path.insert(0, str(Path(__file__).parents[1] / "peers"))
from mean_pooled import MeanPooled

torch.set_num_threads(1)
folder = os.environ["PEER_MODEL"]
model, tokenizer = MeanPooled.from_pretrained(folder), AutoTokenizer.from_pretrained(folder)
ask = pipeline("text-classification", model=model, tokenizer=tokenizer, device="cpu")
app = FastAPI()


class Question(BaseModel):
    """One text."""

    text: str


@app.post("/classify")
def classify(question: Question) -> Any:
    """FastAPI runs this in a pool of threads."""
    return ask(question.text, truncation=True)[0]
