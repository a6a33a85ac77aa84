"""A notebook of the site in a real browser: its cells, by their ids, written, run and read."""

import contextlib
import functools
import http.server
import threading

SECONDS = 240  # for what may take long: a browser that is loaded by others as well
CELLS = """() => jupyterapp.shell.currentWidget.content.widgets
  .filter(cell => cell.model.type === 'code')
  .map(({model}) => ({id: model.id, count: model.executionCount, outputs: model.outputs.toJSON(),
                      source: model.sharedModel.getSource()}))"""
WRITE = """([id, text]) => jupyterapp.shell.currentWidget.content.widgets
  .find(cell => cell.model.id === id).model.sharedModel.setSource(text)"""
COMMAND = """([name, seconds]) => Promise.race([
  jupyterapp.commands.execute(name).then(() => true),
  new Promise(resolve => setTimeout(() => resolve(false), 1000 * seconds))])"""
IDLE = """() => typeof jupyterapp !== 'undefined' && jupyterapp.shell.currentWidget?.sessionContext
  ?.session?.kernel?.status === 'idle'"""


EXECUTE = """async codes => {
  const kernel = jupyterapp.shell.currentWidget.sessionContext.session.kernel, outputs = []
  for (const code of codes) {
    const future = kernel.requestExecute({code})
    future.onIOPub = message => outputs.push({output_type: message.header.msg_type,
                                              ...message.content})
    if ((await future.done).content.status !== 'ok') break
  }
  return outputs }"""


class Handler(http.server.SimpleHTTPRequestHandler):
    """Plain files, under the types that every host of static files gives them."""

    types = {".wasm": "application/wasm", ".mjs": "text/javascript"}
    extensions_map = http.server.SimpleHTTPRequestHandler.extensions_map | types

    def log_message(self, *_):
        pass


@contextlib.contextmanager
def served(folder):
    """The address of a server of plain files."""
    handler = functools.partial(Handler, directory=str(folder))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


class Notebook:
    """A notebook that is open in a page."""

    def __init__(self, page, address, path):
        self.page = page
        page.set_default_timeout(SECONDS * 1000)
        page.goto(f"{address}/lite/notebooks/index.html?path={path}")
        self.wait()

    def wait(self):
        """Until there is a kernel that waits for cells."""
        self.page.wait_for_function(IDLE)

    def command(self, name, seconds=SECONDS):
        """Run a command of JupyterLab, to its end."""
        if not self.page.evaluate(COMMAND, [name, seconds]):
            raise TimeoutError(f"{name} has not ended after {seconds} s")

    def run_all(self):
        """The code cells by id after Run All, which ends at the first error."""
        self.command("notebook:run-all-cells")
        return self.cells()

    def cells(self):
        return {cell["id"]: cell for cell in self.page.evaluate(CELLS)}

    def execute(self, *codes):
        """What pieces of code put out, run in the kernel up to the first error: as one cell."""
        return {"": {"outputs": self.page.evaluate(EXECUTE, codes)}}

    def write(self, id, source):
        self.page.evaluate(WRITE, [id, source])


def errors(cells):
    """{id: what an exception said} of the cells that ended with one."""
    return {
        id: f"{output['ename']}: {output['evalue']}"
        for id, cell in cells.items()
        for output in cell["outputs"]
        if output["output_type"] == "error"
    }


def printed(cells):
    """All that was printed."""
    outputs = [output for cell in cells.values() for output in cell["outputs"]]
    return "".join("".join(output.get("text", "")) for output in outputs)


def kinds(cell):
    """The kinds of what a cell shows, such as text/html."""
    return {kind for output in cell["outputs"] for kind in output.get("data", {})}
