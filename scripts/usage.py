#!/usr/bin/env python3
"""Judge rules by flow logs that pyarrow and DuckDB wrote and moto serves.

The script starts moto (EC2 and S3) on loopback and makes a VPC with interfaces, and a
flow log that is delivered to a bucket. It writes flow logs of a day into a folder: as
text, as Parquet of pyarrow in each compression, version and encoding, and as Parquet of
DuckDB, in the layouts of AWS. It fails unless

- every form of the same records gives the same verdicts from the folder,
- the command that "sgaudit usage" prints gives them from the bucket too, and
- sgaudit counts as many records, packets and bytes for each interface as DuckDB.

Usage: scripts/usage.py PATH-TO-SGAUDIT, with moto, boto3, pyarrow and duckdb installed.
"""

import csv
import gzip
import io
import json
import os
import pathlib
import random
import subprocess
import sys
import tempfile

import boto3
import duckdb
import pyarrow
import pyarrow.parquet

import moto as ours

REGION, BUCKET, PREFIX = "eu-west-1", "our-logs", "flows/"
BEGIN = 1790812800  # 1 October 2026
FIELDS = ("version account-id interface-id srcaddr dstaddr srcport dstport protocol packets bytes start end action log-status"
          " vpc-id subnet-id tcp-flags type pkt-srcaddr pkt-dstaddr flow-direction traffic-path").split()
INT32 = {"version", "srcport", "dstport", "protocol", "tcp-flags", "traffic-path"}
INT64 = {"packets", "bytes", "start", "end"}


def records(interfaces, seed):
    """A day of records: for each interface NODATA in every hour, and connections."""
    r = random.Random(seed)
    rows = []
    for eni, address in interfaces:
        for hour in range(24):
            row = dict.fromkeys(FIELDS, "-") | {"version": "5", "account-id": ours.ACCOUNT, "interface-id": eni, "log-status": "NODATA"}
            rows.append(row | {"start": str(BEGIN + hour * 3600), "end": str(BEGIN + hour * 3600 + 3600)})
        for _ in range(300):
            client, port = r.choice(["9.9.9.9", "10.0.1.7", f"10.0.1.{r.randrange(20)}", "203.0.113.5"]), r.choice([443, 443, 5432])
            start, high = BEGIN + r.randrange(86300), r.randrange(32768, 61000)
            for inbound in (True, False):
                src, dst = (client, address) if inbound else (address, client)
                ports = (high, port) if inbound else (port, high)
                rows.append(dict.fromkeys(FIELDS, "-") | {
                    "version": "5", "account-id": ours.ACCOUNT, "interface-id": eni, "srcaddr": src, "dstaddr": dst, "srcport": str(ports[0]), "dstport": str(ports[1]),
                    "protocol": "6", "packets": str(r.randrange(1, 90)), "bytes": str(r.randrange(40, 50000)), "start": str(start), "end": str(start + 60),
                    "action": "ACCEPT", "log-status": "OK", "tcp-flags": "3" if inbound else "19", "type": "IPv4", "pkt-srcaddr": src, "pkt-dstaddr": dst,
                    "flow-direction": "ingress" if inbound else "egress", "traffic-path": "-" if inbound else "1",
                })
    r.shuffle(rows)
    return rows


def text(rows):
    lines = [" ".join(FIELDS)] + [" ".join(row[f] for f in FIELDS) for row in rows]
    return gzip.compress("\n".join(lines).encode() + b"\n")


def table(rows):
    """The columns as AWS writes them: names with underscores, integers, null for "-" among them."""
    columns = {}
    for f in FIELDS:
        if f in INT32 | INT64:
            kind = pyarrow.int32() if f in INT32 else pyarrow.int64()
            columns[f.replace("-", "_")] = pyarrow.array([None if row[f] == "-" else int(row[f]) for row in rows], kind)
        else:
            columns[f.replace("-", "_")] = pyarrow.array([row[f] for row in rows], pyarrow.string())
    return pyarrow.table(columns)


def of_pyarrow(rows, **options):
    out = io.BytesIO()
    pyarrow.parquet.write_table(table(rows), out, **options)
    return out.getvalue()


def of_duckdb(rows, options):
    with tempfile.TemporaryDirectory() as folder:
        flows = table(rows)  # noqa: F841: DuckDB finds it by its name
        duckdb.sql(f"COPY (SELECT * FROM flows) TO '{folder}/x.parquet' (FORMAT parquet, {options})")
        return pathlib.Path(folder, "x.parquet").read_bytes()


FORMS = {
    "text": (".log.gz", text),
    "AWS": (".log.parquet", lambda rows: of_pyarrow(rows, compression="gzip", version="1.0")),
    "pyarrow, Snappy, small pages": (".log.parquet", lambda rows: of_pyarrow(rows, compression="snappy", data_page_size=500, row_group_size=400)),
    "pyarrow, Zstandard, pages of version 2": (".log.parquet", lambda rows: of_pyarrow(rows, compression="zstd", data_page_version="2.0")),
    "pyarrow, deltas": (".log.parquet", lambda rows: of_pyarrow(rows, compression="none", use_dictionary=False, data_page_version="2.0", column_encoding={
        name.replace("-", "_"): "DELTA_BINARY_PACKED" if name in INT32 | INT64 else "DELTA_BYTE_ARRAY" if "addr" in name else "DELTA_LENGTH_BYTE_ARRAY" for name in FIELDS})),
    "DuckDB, Snappy": (".log.parquet", lambda rows: of_duckdb(rows, "COMPRESSION snappy")),
    "DuckDB, Zstandard, version 2": (".log.parquet", lambda rows: of_duckdb(rows, "COMPRESSION zstd, PARQUET_VERSION v2, ROW_GROUP_SIZE 2048")),
}

LAYOUTS = [
    "AWSLogs/{account}/vpcflowlogs/{region}/2026/10/{day:02}/",
    "AWSLogs/aws-account-id={account}/aws-service=vpcflowlogs/aws-region={region}/year=2026/month=10/day={day:02}/hour={hour:02}/",
]


def verdicts(program, url, *args):
    """The rows of sgaudit usage as CSV, without what differs between runs."""
    out = subprocess.run([program, *args, "-o", "csv"], env={**ours.ENV, "AWS_ENDPOINT_URL": url}, capture_output=True, text=True)
    # moto lacks some calls about the network, which makes the account incomplete.
    if out.returncode not in (0, 3) or "it could not" in out.stderr or "not read" in out.stderr.replace("that the inventory does not hold are not read", ""):
        sys.exit(f"usage.py: sgaudit {' '.join(args)} ended with {out.returncode}: {out.stderr}")
    return list(csv.DictReader(io.StringIO(out.stdout)))


def main(program):
    program = os.path.abspath(program)
    url = f"http://127.0.0.1:{ours.free_port()}"
    process = ours.start_moto(url)
    try:
        with tempfile.TemporaryDirectory() as folder:
            os.chdir(folder)
            run(program, url)
    finally:
        process.kill()
        process.wait()


def run(program, url):
    client = lambda service: boto3.client(service, region_name=REGION, endpoint_url=url, aws_access_key_id="testing", aws_secret_access_key="testing")
    ec2, s3 = client("ec2"), client("s3")
    vpc = ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    subnet = ec2.create_subnet(VpcId=vpc, CidrBlock="10.0.0.0/24")["Subnet"]["SubnetId"]
    group = ec2.create_security_group(GroupName="web", Description="web", VpcId=vpc)["GroupId"]
    for port, source in [(443, "0.0.0.0/0"), (5432, "10.0.1.0/24"), (22, "10.0.1.0/24")]:
        ec2.authorize_security_group_ingress(GroupId=group, IpPermissions=[{"IpProtocol": "tcp", "FromPort": port, "ToPort": port, "IpRanges": [{"CidrIp": source}]}])
    interfaces = [(ec2.create_network_interface(SubnetId=subnet, Groups=[group])["NetworkInterface"]) for _ in range(3)]
    interfaces = [(e["NetworkInterfaceId"], e["PrivateIpAddress"]) for e in interfaces]
    s3.create_bucket(Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": REGION})
    # moto refuses a destination with a folder, so that the flow log names the bucket alone.
    made = ec2.create_flow_logs(ResourceIds=[vpc], ResourceType="VPC", TrafficType="ALL", LogDestinationType="s3", LogDestination=f"arn:aws:s3:::{BUCKET}")
    flow_log = made["FlowLogIds"][0]

    rows = records(interfaces, 1)
    hourly = [[row for row in rows if (int(row["start"]) - BEGIN) // 3600 == hour] for hour in range(24)]
    name = f"{ours.ACCOUNT}_vpcflowlogs_{REGION}_{flow_log}_20261001T{{hour:02}}00Z_1a2b3c"
    files = {}

    def put(folder, layout, hour, form):
        ending, write = FORMS[form]
        path = pathlib.Path(folder, layout.format(account=ours.ACCOUNT, region=REGION, day=1, hour=hour), name.format(hour=hour) + ending)
        path.parent.mkdir(parents=True, exist_ok=True)
        content = files.setdefault((hour, form), None) or write(hourly[hour])
        files[hour, form] = content
        path.write_bytes(content)

    want = None
    for number, form in enumerate(FORMS):
        for hour in range(24):
            put(f"logs-{number}", LAYOUTS[number % 2], hour, form)
        got = verdicts(program, url, "usage", "--region", REGION, "--flow-logs", f"logs-{number}")
        by_port = {row["ports"]: row["verdict"] for row in got if row["group_name"] == "web" and row["direction"] == "ingress"}
        if by_port != {"443": "used", "5432": "used", "22": "unused"}:
            sys.exit(f"usage.py: {form}: the verdicts are {by_port}")
        want = want or got
        if got != want:
            sys.exit(f"usage.py: {form} gives other rows than text:\n{json.dumps(got, indent=1)}\n{json.dumps(want, indent=1)}")
        print(f"{form}: {len(got)} rules, as from text")

    # A folder with all forms and layouts, in a bucket.
    for hour in range(24):
        put("mixed", LAYOUTS[hour % 2], hour, list(FORMS)[hour % len(FORMS)])
    count = 0
    for path in sorted(pathlib.Path("mixed").rglob("*.*")):
        if path.is_file():
            s3.put_object(Bucket=BUCKET, Key=str(path.relative_to("mixed")), Body=path.read_bytes())
            count += 1
    for other in [f"AWSLogs/{ours.ACCOUNT}/vpcflowlogs/us-west-2/2026/10/01/x.log", "AWSLogs/999988887777/vpcflowlogs/eu-west-1/2026/10/01/x.log", f"AWSLogs/{ours.ACCOUNT}/CloudTrail/eu-west-1/2026/10/01/x.json.gz"]:
        s3.put_object(Bucket=BUCKET, Key=other, Body=b"not a flow log that was asked for")
    found = subprocess.run([program, "usage", "--region", REGION], env={**ours.ENV, "AWS_ENDPOINT_URL": url}, capture_output=True, text=True)
    command = found.stdout.partition("then run: sgaudit ")[2].split()
    if found.returncode != 3 or command != ["usage", "--region", REGION, "--flow-logs", f"s3://{BUCKET}/"]:
        sys.exit(f"usage.py: without flow logs, usage ended with {found.returncode} and printed {found.stdout}{found.stderr}")
    for args in (command, command + ["--since", "2026-10-01", "--until", "2026-10-02"]):
        if verdicts(program, url, *args) != want:
            sys.exit(f"usage.py: sgaudit {' '.join(args)} gives other rows than the folder")
    print(f"the printed command: {count} objects of {len(FORMS)} forms, as from the folder")

    # DuckDB counts the same records.
    summary = subprocess.run([program, "usage", "--region", REGION, "--flow-logs", "logs-1", "--save-summary", "s.json.zst"], env={**ours.ENV, "AWS_ENDPOINT_URL": url}, capture_output=True, text=True)
    if summary.returncode not in (0, 3):
        sys.exit(f"usage.py: {summary.stderr}")
    counted = duckdb.sql("SELECT count(*), sum(packets), sum(bytes) FROM read_parquet('logs-1/**/*.parquet', hive_partitioning=false) WHERE log_status = 'OK'").fetchall()[0]
    lines = duckdb.sql("SELECT line FROM read_csv('s.json.zst', delim = '\x01', quote = '', header = false, columns = {'line': 'VARCHAR'})").fetchall()
    lines = [json.loads(line) for line, in lines]
    totals = lines_total(lines)
    if totals != counted:
        sys.exit(f"usage.py: the summary has {totals} records, packets and bytes, and DuckDB counts {counted}")
    print(f"DuckDB: {counted[0]} records, {counted[1]} packets, {counted[2]} bytes, as in the summary")


def lines_total(lines):
    """Records, packets and bytes of all rows of a summary (flows/save.go has their places)."""
    rows = [line["row"] for line in lines if "row" in line]
    return tuple(sum(row[place] for row in rows) for place in (7, 10, 11))


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    main(sys.argv[1])
