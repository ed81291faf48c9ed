#!/usr/bin/env python3
"""Write fixtures/endpoint/ec2_reads.txt: what EC2's model says of the calls that read.

The model is that of the botocore which is installed. It lists every call that
has pages and every Describe and List call: the elements of the answer that
hold lists, the bounds of MaxResults, the parameters that take lists of ids,
those that must be there, and the names of filters that the documentation has.
Usage: scripts/ec2-reads.py >fixtures/endpoint/ec2_reads.txt
"""

from html.parser import HTMLParser

import boto3
import botocore
from botocore import xform_name

HEAD = """\
# The calls of EC2 that read, by its service model (botocore {version}).
# Written by scripts/ec2-reads.py; do not edit.
# action  lists of the answer  MaxResults  parameters with ids  required parameters  filters
# A dash stands for nothing; a star for filters that are not documented by name.
"""


class FilterNames(HTMLParser):
    """The first <code> of each item of the outermost list."""

    def __init__(self):
        super().__init__()
        self.depth, self.wanted, self.text, self.names = 0, False, None, []

    def handle_starttag(self, tag, attrs):
        if tag == "ul":
            self.depth += 1
        elif tag == "li":
            self.wanted = self.depth == 1
        elif tag == "code" and self.wanted:
            self.text, self.wanted = "", False

    def handle_endtag(self, tag):
        if tag == "ul":
            self.depth -= 1
        elif tag == "code" and self.text is not None:
            self.names.append(self.text.strip())
            self.text = None

    def handle_data(self, data):
        if self.text is not None:
            self.text += data


def filters(documentation):
    parser = FilterNames()
    parser.feed(documentation)
    # "tag" and "tag:<key>" both mean tag:KEY.
    names = {"tag:" if n == "tag" or n.startswith("tag:") else n for n in parser.names}
    return ",".join(sorted(n for n in names if n and " " not in n and "," not in n)) or "*"


def wire(name, shape):
    name = shape.serialization.get("queryName") or shape.serialization.get("name", name)
    return name[0].upper() + name[1:]


def main():
    client = boto3.client("ec2", region_name="us-east-1", aws_access_key_id="none", aws_secret_access_key="none")
    model = client.meta.service_model
    print(HEAD.format(version=botocore.__version__), end="")
    for action in model.operation_names:
        if not client.can_paginate(xform_name(action)) and not action.startswith(("Describe", "List")):
            continue
        operation = model.operation_model(action)
        takes, gives = operation.input_shape.members, operation.output_shape.members
        lists = [s.serialization.get("name", n) for n, s in gives.items() if s.type_name == "list"]
        size = takes.get("MaxResults")
        pages = f"{size.metadata.get('min', 1)}-{size.metadata.get('max', 1000)}" if size else "-"
        ids = [wire(n, s) for n, s in takes.items() if s.type_name == "list" and s.member.type_name == "string"]
        needs = [wire(n, takes[n]) for n in operation.input_shape.required_members]
        known = next((filters(s.documentation) for n, s in takes.items() if n in ("Filter", "Filters")), "-")
        print(action, ",".join(lists) or "-", pages, ",".join(ids) or "-", ",".join(needs) or "-", known)


if __name__ == "__main__":
    main()
