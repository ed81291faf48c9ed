#!/usr/bin/env python3
"""Run the AWS CLI for a folder's command aws, from one process that has it loaded.

Each run of the AWS CLI spends half a second of processor time on loading itself and
the model of EC2. This program loads both once and forks for each run: the child takes
over arguments, environment, folder and files of the caller, runs the AWS CLI's own
main function, and the caller ends with its exit code.

Usage: scripts/loaded_aws.py FOLDER

Writes the command aws into FOLDER, compares it with the AWS CLI on PATH, prints the
folder to put first on PATH, and answers until its standard input ends. If the AWS CLI
on PATH is not a package of this Python, it prints an empty line and ends.
"""

import gc
import json
import os
import signal
import socket
import struct
import subprocess
import sys
import traceback

CALLERS = dict(os.environ)  # before awscli adds to it
try:
    import awscli.clidriver
    from botocore.loaders import JSONFileLoader, Loader
except ImportError:
    awscli = None
DATA = os.environ.get("AWS_DATA_PATH")  # where awscli reads its files

# The command aws: hands over what it was called with, and ends with the code it gets.
CLIENT = '''#!{python} -IS
import json, os, socket, struct, sys

call = json.dumps([sys.argv[1:], os.getcwd(), dict(os.environ)]).encode()
with socket.socket(socket.AF_UNIX) as server:
    server.connect({address!r})
    socket.send_fds(server, [struct.pack("!I", len(call))], [0, 1, 2])
    server.sendall(call)
    code = server.recv(1)
if not code:
    sys.exit("aws: the run of the AWS CLI ended without an exit code")
sys.exit(code[0])
'''

HEAD = struct.calcsize("!I")


def remember():
    """Keeps what the AWS CLI reads of its own files, for the runs of the children."""
    files, lists = {}, {}
    load, services = JSONFileLoader.load_file, Loader.list_available_services

    def load_file(self, path):
        if path not in files:
            files[path] = load(self, path)
        return files[path]

    def list_available_services(self, type_name):
        key = (*self.search_paths, type_name)
        if key not in lists:
            lists[key] = services(self, type_name)
        return list(lists[key])

    JSONFileLoader.load_file, Loader.list_available_services = load_file, list_available_services
    # A run imports the modules and reads the files that others need. It asks an address that refuses.
    with socket.socket() as refuses:
        refuses.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{refuses.getsockname()[1]}"
        os.environ.update(AWS_ACCESS_KEY_ID="demo", AWS_SECRET_ACCESS_KEY="demo", AWS_MAX_ATTEMPTS="1")
        said, sys.stderr = sys.stderr, open(os.devnull, "w", encoding="utf-8")
        awscli.clidriver.create_clidriver().main(["ec2", "describe-vpcs", "--endpoint-url", url, "--region", "eu-west-1"])
        sys.stderr = said
    for path in files:  # afresh: a run may change what it got
        files[path] = load(JSONFileLoader(), path)
    gc.collect()
    gc.freeze()


def run(connection):
    """In the child: takes over from the caller, runs the AWS CLI and returns its exit code."""
    head, files, _, _ = socket.recv_fds(connection, HEAD, 3)
    call = b""
    while len(call) < struct.unpack("!I", head)[0]:
        call += connection.recv(1 << 16)
    arguments, folder, environment = json.loads(call)
    for number, file in enumerate(files):
        os.dup2(file, number)
        os.close(file)
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(environment)
    os.environ["AWS_DATA_PATH"] = os.pathsep.join(filter(None, [environment.get("AWS_DATA_PATH"), DATA]))
    sys.argv = ["aws", *arguments]
    sys.stdin, sys.stdout, sys.stderr = (open(n, mode, closefd=False) for n, mode in enumerate("rww"))
    try:
        code = awscli.clidriver.main()
    except SystemExit as end:
        code = end.code
    sys.stdout.flush()
    sys.stderr.flush()
    return code or 0


def serve(listener):
    """Forks a child for each caller, which runs the AWS CLI."""
    children = 0
    while True:
        connection, _ = listener.accept()
        while children and os.waitpid(-1, os.WNOHANG)[0]:
            children -= 1
        children += 1
        if os.fork() == 0:
            try:
                connection.sendall(bytes([run(connection)]))
            except BaseException:
                traceback.print_exc()
            finally:
                sys.stderr.flush()
                os._exit(0)
        connection.close()


def says(program, *words):
    done = subprocess.run([program, *words], env=CALLERS, capture_output=True, stdin=subprocess.DEVNULL)
    return done.returncode, done.stdout, done.stderr


def main():
    if len(sys.argv) != 2:
        sys.exit(__doc__.strip())
    if not awscli:
        return print()
    folder = os.path.abspath(sys.argv[1])
    os.makedirs(folder)
    program, address = os.path.join(folder, "aws"), os.path.join(folder, "socket")
    with open(program, "w", encoding="utf-8") as f:
        f.write(CLIENT.format(python=sys.executable, address=address))
    os.chmod(program, 0o755)
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(address)
        listener.listen(64)
        server = os.fork()
        if server == 0:
            remember()
            serve(listener)
    try:
        if says("aws", "--version") != says(program, "--version"):
            return print()
        for words in ("ec2 describe-vpcs --filters Name=", "ec2 describe-vpcs --colour red", "ec2 describe-vpcs --generate-cli-skeleton output"):
            there, here = says("aws", *words.split()), says(program, *words.split())
            if there != here:
                sys.exit(f"loaded_aws.py: aws {words} says {there}, and loaded {here}")
        print(folder, flush=True)
        sys.stdin.read()
    finally:
        os.kill(server, signal.SIGTERM)


if __name__ == "__main__":
    main()
