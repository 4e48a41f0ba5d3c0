"""How does a server answer that is a network away? A port that adds a delay to every round trip."""

import asyncio
import threading

from jobsite.demo.server import free_port


def slow_way(port: int, delay_s: float) -> int:
    """Open a loopback port that leads to `port`, with `delay_s` added to every round trip."""
    ours, listens = free_port(), threading.Event()

    async def carry(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, wait_s: float) -> None:
        loop = asyncio.get_running_loop()
        while chunk := await reader.read(65536):
            if wait_s:
                loop.call_later(wait_s, writer.write, chunk)
            else:
                writer.write(chunk)
        loop.call_later(wait_s, writer.close)

    async def meet(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        far_reader, far_writer = await asyncio.open_connection("127.0.0.1", port)
        await asyncio.gather(carry(reader, far_writer, delay_s), carry(far_reader, writer, 0), return_exceptions=True)

    async def serve() -> None:
        server = await asyncio.start_server(meet, "127.0.0.1", ours)
        listens.set()
        await server.serve_forever()

    threading.Thread(target=lambda: asyncio.run(serve()), daemon=True).start()
    listens.wait()
    return ours
