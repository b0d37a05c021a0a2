"""A FastAPI endpoint that reads the body and answers: what the receiver is compared with."""

from __future__ import annotations

import sys

import uvicorn
from fastapi import FastAPI, Request, Response

bare = FastAPI(docs_url=None, redoc_url=None)


@bare.post("/hooks/{connection}")
async def receive(connection: str, request: Request) -> Response:  # noqa: ARG001 - part of the path
    """Read and answer."""
    await request.body()
    return Response(status_code=200)


if __name__ == "__main__":
    uvicorn.run(bare, host="127.0.0.1", port=int(sys.argv[1]), log_level="warning", server_header=False)
