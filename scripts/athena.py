#!/usr/bin/env python3
"""Reduce flow logs by SQL and by sgaudit, and compare.

Makes flow logs of several formats (with and without tcp-flags and flow-direction, in
another order, without log-status, with damaged lines) as text and as Parquet, and lets sgaudit usage
reduce them twice: the files themselves, and a table through an endpoint on loopback
that answers as Athena does and runs the statement in a real engine. Fails unless both
summaries are the same to the byte. The engine is DuckDB, for which sqlglot translates
the statement, or with --trino the engine that Athena is made of, over the tables of
the printed DDL in moto's Glue and S3, or with --spark PySpark with the statement of
--dialect spark, over the tables of the printed DDL. Usage:
scripts/athena.py PATH-TO-SGAUDIT [--trino FOLDER | --spark | --record FOLDER]

With --spark, the packages pyspark 3.5 and py4j are needed, and Java 17. With --trino, FOLDER holds trino-server-core and the plugin hive, as .ci/extended
unpacks them. With --record, records and what DuckDB makes of them are written into
FOLDER, flows/testdata, for the tests that have no engine.
"""

import collections
import datetime
import gzip
import json
import os
import pathlib
import random
import re
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pyarrow
import pyarrow.parquet

from moto import ENV, free_port, start_moto  # the script beside this one

BEGIN = 1790812800  # 1 October 2026
ACCOUNTS = ["111122223333", "444455556666"]
REGION = "us-east-1"
V5 = ("version account-id interface-id srcaddr dstaddr srcport dstport protocol packets bytes start end action log-status "
      "tcp-flags pkt-srcaddr pkt-dstaddr flow-direction")
FORMATS = {
    "flags": V5,
    "default": "version account-id interface-id srcaddr dstaddr srcport dstport protocol packets bytes start end action log-status",
    "order": "flow-direction region end start action pkt-dstaddr pkt-srcaddr tcp-flags interface-id account-id vpc-id dstport srcport dstaddr srcaddr protocol bytes packets log-status",
    "nostatus": "account-id interface-id srcaddr dstaddr srcport dstport protocol tcp-flags packets bytes start end action flow-direction",
    "noflags": "interface-id srcaddr dstaddr srcport dstport protocol packets bytes start end action log-status flow-direction",
}
NUMBERS = {"version": "int32", "srcport": "int32", "dstport": "int32", "protocol": "int32", "tcp-flags": "int32",
           "packets": "int64", "bytes": "int64", "start": "int64", "end": "int64"}
MEMORY = "2G"  # of Trino

# Each format as text and as Parquet; damaged records, and a window.
CASES = [(label, kind, "whole") for label in FORMATS for kind in ("text", "parquet")] + [
    ("flags", "text", "damaged"), ("order", "parquet", "damaged"), ("order", "text", "window"), ("flags", "parquet", "window")]
ESTATE = """account 111122223333
region us-east-1
vpc-1 10.0.0.0/16
subnet-1 10.0.0.0/24 vpc vpc-1
sg-web web vpc vpc-1
  in tcp/443 0.0.0.0/0
  in tcp/22 10.0.1.0/24
eni-00 sg-web 10.0.0.10 vpc vpc-1 subnet subnet-1
eni-01 sg-web 10.0.0.20 10.0.0.21 vpc vpc-1 subnet subnet-1
eni-02 sg-web 10.0.0.30 vpc vpc-1 subnet subnet-1
"""


def estate_of(fields, folder, kind):
    """The accounts, of which each has a flow log that is delivered to the folder."""
    log = 'fl-0%s vpc-1 ALL format "%s" to arn:aws:s3:::logs/%s since 2026-10-01T00:00:00Z%s\n'
    formats, parquet = " ".join("${%s}" % f for f in fields), " parquet" if kind == "parquet" else ""
    return ESTATE + log % ("a", formats, folder, parquet) + "account 444455556666\nregion us-east-1\n" + log % ("b", formats, folder, parquet)


def records(seed, count):
    """Random records as dictionaries; '-' is what a record does not have."""
    r = random.Random(seed)
    own = {"eni-00": ["10.0.0.10"], "eni-01": ["10.0.0.20", "10.0.0.21"], "eni-02": ["10.0.0.30"]}
    for _ in range(count):
        eni = r.choice(list(own))
        start = BEGIN + r.randrange(3 * 86400)
        x = {"version": "5", "account-id": r.choice(["111122223333"] * 9 + ["444455556666", "unknown"]), "interface-id": eni, "region": REGION,
             "vpc-id": "vpc-1", "start": str(start), "end": str(start + r.choice([0, 59, 600, 600, 720])), "log-status": "OK"}
        if r.random() < 0.03:
            x["log-status"] = r.choice(["NODATA", "SKIPDATA"])
            yield x
            continue
        protocol = r.choice([6, 6, 6, 6, 17, 1, 47])
        port = lambda: r.choice([22, 22, 443, 443, 8080, 636, 801, r.randrange(1024, 32768), r.randrange(32768, 65536), r.randrange(32768, 65536)])
        sp, dp = (port(), port()) if protocol in (6, 17) else (0, 0)
        local = r.choice(own[eni])
        remote = r.choice([f"10.0.1.{r.randrange(40)}", f"{r.randrange(1, 9)}.{r.randrange(9)}.{r.randrange(256)}.{r.randrange(256)}", f"2001:db8:{r.randrange(3):x}::{r.randrange(1, 600):x}"])
        direction = r.choice(["ingress", "egress"])
        src, dst = (remote, local) if direction == "ingress" else (local, remote)
        hidden = r.random() < 0.2  # a packet to another address of the interface, or behind a load balancer
        psrc, pdst = src, dst
        if hidden and direction == "ingress":
            psrc = f"198.51.100.{r.randrange(30)}"
        x |= {"srcaddr": src, "dstaddr": dst, "srcport": str(sp), "dstport": str(dp), "protocol": str(protocol), "packets": str(r.randrange(1, 99)),
              "bytes": str(r.randrange(40, 90000)), "action": r.choice(["ACCEPT"] * 5 + ["REJECT"]), "pkt-srcaddr": psrc, "pkt-dstaddr": pdst,
              "flow-direction": direction, "tcp-flags": r.choice(["0", "1", "2", "3", "4", "6", "16", "18", "19", "22", "-"]) if protocol == 6 else "-"}
        if r.random() < 0.02:
            x[r.choice(["flow-direction", "pkt-srcaddr", "account-id"])] = "-"
        yield x


def spoiled(r, x):
    """A record with something wrong in it, as Read and a table both see it."""
    x = dict(x)
    match r.randrange(8):
        case 0: x["end"] = str(int(x["start"]) - 5)
        case 1: x["start"] = "12"
        case 2: x["interface-id"] = "-"
        case 3: x["action"] = "MAYBE"
        case 4: x["srcaddr"] = x["pkt-srcaddr"] = "10.0.0.299"
        case 5: x["dstport"] = "-"
        case 7: x["end"] = str(int(x["start"]) + r.choice([721, 7200, 86400]))
        case 6: x["start"] = x["end"] = str(BEGIN + 20 * 365 * 86400)
    return x


def damaged(r, x, columns):
    """A spoiled record, or of text also a line that is cut off behind one of its columns."""
    if columns and r.random() < 0.4:
        return {**x, "cut": r.randrange(1, columns)}
    return spoiled(r, x)


def write(folder, kind, fields, lines, log):
    """Writes the records by account and slot of six hours, as AWS delivers them."""
    slots = {}
    for i, x in enumerate(lines):
        end = int(x["end"])
        slots.setdefault((ACCOUNTS[i % 2], (end if BEGIN < end < BEGIN + 9 * 86400 else BEGIN) // 21600), []).append(x)
    for serial, ((account, slot), rows) in enumerate(sorted(slots.items())):
        at = datetime.datetime.fromtimestamp(slot * 21600, datetime.timezone.utc)
        path = pathlib.Path(folder, "AWSLogs", account, "vpcflowlogs", REGION, f"{at:%Y/%m/%d}")
        path.mkdir(parents=True, exist_ok=True)
        file = path / f"{account}_vpcflowlogs_{REGION}_{log}_{at:%Y%m%dT%H%MZ}_{serial:08x}.log.{'gz' if kind == 'text' else 'parquet'}"
        if kind == "text":
            text = "\n".join([" ".join(fields)] + [" ".join([x.get(f, "-") for f in fields][:x.get("cut")]) for x in rows]) + "\n"
            file.write_bytes(gzip.compress(text.encode(), mtime=0))
            continue
        columns = {}
        for f in fields:
            values = [x.get(f, "-") for x in rows]
            if f in NUMBERS:
                values = [None if v == "-" else int(v) for v in values]
            columns[f.replace("-", "_")] = pyarrow.array(values, type=getattr(pyarrow, NUMBERS.get(f, "string"))())
        pyarrow.parquet.write_table(pyarrow.table(columns), file, compression="gzip")


class Facade(BaseHTTPRequestHandler):
    """Answers as Athena does, for one engine."""

    engine = None
    queries = {}

    def log_message(self, *_):
        pass

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        target = self.headers.get("X-Amz-Target", "")
        if not target:
            return self.send(b"<GetCallerIdentityResponse><GetCallerIdentityResult><Arn>arn:aws:iam::111122223333:user/one</Arn><UserId>A</UserId>"
                             b"<Account>111122223333</Account></GetCallerIdentityResult></GetCallerIdentityResponse>", "text/xml")
        values = json.loads(body)
        answer = getattr(self, target.removeprefix("AmazonAthena."))(values)
        self.send(json.dumps(answer).encode(), "application/x-amz-json-1.1")

    def send(self, body, kind):
        self.send_response(200)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def GetTableMetadata(self, v):
        return {"TableMetadata": self.engine.table(v["TableName"])}

    def GetWorkGroup(self, v):
        return {"WorkGroup": {"Name": v["WorkGroup"], "State": "ENABLED", "Configuration": {"ResultConfiguration": {"OutputLocation": "s3://results/"}}}}

    def StartQueryExecution(self, v):
        id_ = f"query-{len(self.queries)}"
        self.queries[id_] = None

        def run():
            try:
                self.queries[id_] = (self.engine.run(v["QueryString"]), "")
            except Exception as e:  # the reason of a failed query
                self.queries[id_] = (None, str(e))
        threading.Thread(target=run, daemon=True).start()
        return {"QueryExecutionId": id_}

    def GetQueryExecution(self, v):
        if self.queries[v["QueryExecutionId"]] is None:
            return {"QueryExecution": {"Status": {"State": "RUNNING"}, "Statistics": {"DataScannedInBytes": 1}}}
        rows, reason = self.queries[v["QueryExecutionId"]]
        status = {"State": "FAILED" if rows is None else "SUCCEEDED", "StateChangeReason": reason}
        return {"QueryExecution": {"Status": status, "Statistics": {"DataScannedInBytes": 12345678}}}

    def GetQueryResults(self, v):
        rows, _ = self.queries[v["QueryExecutionId"]]
        at = int(v.get("NextToken", 0))
        page = [{"Data": [{} if x is None else {"VarCharValue": str(x)} for x in row]} for row in rows[at:at + v["MaxResults"]]]
        answer = {"ResultSet": {"Rows": page}}
        if at + v["MaxResults"] < len(rows):
            answer["NextToken"] = str(at + v["MaxResults"])
        return answer

    def StopQueryExecution(self, _):
        return {}


def ddl_of(text):
    """The parts of a printed CREATE TABLE statement."""
    columns, partitions = re.search(r"CREATE EXTERNAL TABLE [^(]*\((.*?)\n\)\nPARTITIONED BY \((.*?)\)\n", text, re.S).groups()
    pairs = lambda part: [{"Name": n, "Type": t} for n, t in re.findall(r"`([^`]+)` (\w+)", part)]
    return {"columns": pairs(columns), "partitions": pairs(partitions), "location": re.search(r"LOCATION '(.*)'", text)[1],
            "parameters": dict(re.findall(r"  '([^']+)' = '([^']*)'", text)), "parquet": "STORED AS PARQUET" in text}


class Duck:
    """DuckDB, with the files as a view that has what a table of Athena has."""

    records = 4000

    def __init__(self):
        import duckdb
        self.db = duckdb.connect()
        self.tables = {}

    def create(self, table, ddl, root):
        fields = [c["Name"] for c in ddl["columns"]]
        if ddl["parquet"]:
            source = f"read_parquet('{root}/AWSLogs/*/vpcflowlogs/*/*/*/*/*.parquet', filename=true, union_by_name=true)"
        else:
            names = ", ".join(f"'{f}': 'VARCHAR'" for f in fields)
            source = f"read_csv('{root}/AWSLogs/*/vpcflowlogs/*/*/*/*/*.gz', delim=' ', header=false, skip=1, columns={{{names}}}, filename=true, quote='', escape='', auto_detect=false, null_padding=true)"
        kinds = {"int": "INTEGER", "bigint": "BIGINT", "string": "VARCHAR"}
        typed = ", ".join(f'TRY_CAST("{c["Name"]}" AS {kinds[c["Type"]]}) AS "{c["Name"]}"' for c in ddl["columns"])
        part = "regexp_extract(filename, 'AWSLogs/([0-9]+)/vpcflowlogs/([^/]+)/([0-9]+/[0-9]+/[0-9]+)/', {})"
        self.db.execute("CREATE SCHEMA IF NOT EXISTS logs")
        self.db.execute(f'CREATE VIEW logs."{table}" AS SELECT {typed}, filename AS "$path", {part.format(1)} AS accid, {part.format(2)} AS aws_region, {part.format(3)} AS day FROM {source}')
        self.tables[table] = ddl

    def table(self, name):
        ddl = self.tables[name]
        return {"Name": name, "TableType": "EXTERNAL_TABLE", "Columns": ddl["columns"], "PartitionKeys": ddl["partitions"], "Parameters": ddl["parameters"]}

    def run(self, statement):
        import sqlglot
        translated = sqlglot.transpile(statement, read="athena", write="duckdb")[0]
        result = self.db.execute(translated)
        return [[d[0] for d in result.description]] + result.fetchall()

    def close(self):
        self.db.close()


class Trino:
    """Trino on loopback, with moto's Glue as metastore and moto's S3 as store."""

    records = 1500

    def __init__(self, folder, work):
        import boto3
        self.port = free_port()
        url = f"http://127.0.0.1:{free_port()}"
        keys = {"endpoint_url": url, "region_name": REGION, "aws_access_key_id": "x", "aws_secret_access_key": "x"}
        self.glue, self.s3 = boto3.client("glue", **keys), boto3.client("s3", **keys)
        etc = pathlib.Path(work, "etc")
        (etc / "catalog").mkdir(parents=True)
        (etc / "node.properties").write_text(f"node.environment=test\nnode.id=one\nnode.data-dir={work}/data\nplugin.dir={folder}/plugin\n")
        (etc / "config.properties").write_text(
            f"coordinator=true\nnode-scheduler.include-coordinator=true\nhttp-server.http.port={self.port}\nnode.internal-address=127.0.0.1\n"
            f"node.bind-ip=127.0.0.1\ndiscovery.uri=http://127.0.0.1:{self.port}\nquery.max-memory=1GB\ncatalog.management=static\n")
        (etc / "jvm.config").write_text(f"-server\n-Xmx{MEMORY}\n-Djdk.attach.allowAttachSelf=true\n--enable-native-access=ALL-UNNAMED\n")
        (etc / "log.properties").write_text("io.trino=WARN\n")
        (etc / "catalog" / "hive.properties").write_text(
            f"connector.name=hive\nhive.metastore=glue\nhive.metastore.glue.region={REGION}\nhive.metastore.glue.endpoint-url={url}\nhive.metastore.glue.aws-access-key=x\n"
            f"hive.metastore.glue.aws-secret-key=x\nfs.native-s3.enabled=true\ns3.endpoint={url}\ns3.region={REGION}\ns3.path-style-access=true\ns3.aws-access-key=x\n"
            "s3.aws-secret-key=x\nhive.partition-projection-enabled=true\n")
        self.moto = start_moto(url)
        java = os.environ.get("JAVA25", "")
        env = {**os.environ, **({"JAVA_HOME": java, "PATH": f"{java}/bin:{os.environ['PATH']}"} if java else {})}
        self.log = open(pathlib.Path(work, "trino.log"), "w")
        self.server = subprocess.Popen([f"{folder}/bin/launcher", f"--etc-dir={etc}", "run"], env=env, stdout=self.log, stderr=subprocess.STDOUT)
        self.glue.create_database(DatabaseInput={"Name": "logs"})
        self.s3.create_bucket(Bucket="logs")
        self.tables = {}
        for _ in range(180):
            if self.server.poll() is not None:
                break
            try:
                self.run("SELECT 1")
                return
            except (OSError, RuntimeError):
                time.sleep(1)
        self.close()
        sys.exit("athena.py: Trino did not start:\n" + pathlib.Path(work, "trino.log").read_text()[-3000:])

    def create(self, table, ddl, root):
        for file in root.rglob("*.log.*"):
            self.s3.upload_file(str(file), "logs", f"{table}/{file.relative_to(root)}")
        parameters = dict(ddl["parameters"])
        if "window" not in table:  # a list of each day's folder for years takes moto long
            parameters["projection.day.range"] = parameters["projection.day.range"].replace("NOW", "2026/10/08")
        hive = "org.apache.hadoop.hive."
        stored = {"InputFormat": hive + "ql.io.parquet.MapredParquetInputFormat", "OutputFormat": hive + "ql.io.parquet.MapredParquetOutputFormat",
                  "SerdeInfo": {"SerializationLibrary": hive + "ql.io.parquet.serde.ParquetHiveSerDe"}}
        if not ddl["parquet"]:
            stored = {"InputFormat": "org.apache.hadoop.mapred.TextInputFormat", "OutputFormat": hive + "ql.io.HiveIgnoreKeyTextOutputFormat",
                      "SerdeInfo": {"SerializationLibrary": hive + "serde2.lazy.LazySimpleSerDe", "Parameters": {"field.delim": " ", "serialization.format": " "}}}
        self.glue.create_table(DatabaseName="logs", TableInput={
            "Name": table, "TableType": "EXTERNAL_TABLE", "PartitionKeys": ddl["partitions"], "Parameters": {"EXTERNAL": "TRUE", **parameters},
            "StorageDescriptor": {"Columns": ddl["columns"], "Location": ddl["location"], **stored}})

    def table(self, name):
        t = self.glue.get_table(DatabaseName="logs", Name=name)["Table"]
        return {"Name": name, "TableType": t["TableType"], "Columns": t["StorageDescriptor"]["Columns"], "PartitionKeys": t["PartitionKeys"], "Parameters": t["Parameters"]}

    def run(self, statement):
        headers = {"X-Trino-User": "one", "X-Trino-Catalog": "hive"}
        request = urllib.request.Request(f"http://127.0.0.1:{self.port}/v1/statement", statement.encode(), headers)
        names, rows = None, []
        while request:
            answer = json.loads(urllib.request.urlopen(request, timeout=60).read())
            if "error" in answer:
                raise RuntimeError(answer["error"]["message"])
            names = names or [c["name"] for c in answer.get("columns", [])]
            rows += answer.get("data", [])
            request = urllib.request.Request(answer["nextUri"], headers=headers) if "nextUri" in answer else None
        return [names] + rows

    def close(self):
        for process in (self.server, self.moto):
            process.terminate()
            process.wait()
        self.log.close()


# Rules that write the inner expressions of the statement into the outer ones, again and
# again: with them Spark takes minutes to plan the statement.
SPARK_WITHOUT = ["CollapseProject", "PushDownPredicates", "PushPredicateThroughNonJoin"]


class Spark:
    """Spark on this machine, with a Hive metastore in a folder. It takes the printed DDL as it
    is, but knows no partition projection: each folder of a day is added as a partition."""

    records = 800

    def __init__(self, work):
        from pyspark.sql import SparkSession
        self.session = (
            SparkSession.builder.master("local[2]").config("spark.driver.bindAddress", "127.0.0.1").config("spark.driver.host", "127.0.0.1")
            .config("spark.ui.enabled", "false").config("spark.sql.shuffle.partitions", "2").config("spark.driver.memory", "1g")
            .config("spark.sql.constraintPropagation.enabled", "false")
            .config("spark.sql.optimizer.excludedRules", ",".join("org.apache.spark.sql.catalyst.optimizer." + r for r in SPARK_WITHOUT))
            .config("spark.sql.catalogImplementation", "hive").config("spark.sql.warehouse.dir", f"{work}/warehouse")
            .config("spark.hadoop.javax.jdo.option.ConnectionURL", f"jdbc:derby:;databaseName={work}/metastore;create=true")
            .config("spark.driver.extraJavaOptions", f"-Dderby.system.home={work}").getOrCreate())
        self.session.sparkContext.setLogLevel("ERROR")
        self.session.sql("CREATE DATABASE logs")
        self.tables = {}

    def create(self, table, ddl, root):
        self.tables[table] = ddl
        kinds = ", ".join(f"`{c['Name']}` {c['Type']}" for c in ddl["columns"])
        parts = ", ".join(f"`{c['Name']}` {c['Type']}" for c in ddl["partitions"])
        form = "STORED AS PARQUET" if ddl["parquet"] else "ROW FORMAT DELIMITED FIELDS TERMINATED BY ' '"
        self.session.sql(f"CREATE EXTERNAL TABLE logs.`{table}` ({kinds}) PARTITIONED BY ({parts}) {form} LOCATION '{root}/AWSLogs/'")
        for day in sorted(root.glob("AWSLogs/*/vpcflowlogs/*/*/*/*")):
            account, _, region, *date = day.relative_to(root / "AWSLogs").parts
            self.session.sql(f"ALTER TABLE logs.`{table}` ADD PARTITION (accid='{account}', aws_region='{region}', day='{'/'.join(date)}') LOCATION '{day}'")

    def table(self, name):
        ddl = self.tables[name]
        return {"Name": name, "TableType": "EXTERNAL_TABLE", "Columns": ddl["columns"], "PartitionKeys": ddl["partitions"], "Parameters": ddl["parameters"]}

    def run(self, _):
        result = self.session.sql(self.statement)  # not that of Athena, which asks for it
        return [result.columns] + [list(row) for row in result.collect()]

    def close(self):
        self.session.stop()


def summary(path, part):
    """The lines of a summary without its digest, and how many records each note is about.

    A table does not say the line, and names one file for all of a flow log. Read passes
    over whole files outside of the window, whose records it cannot count."""
    lines, notes = [], collections.Counter()
    for line in pyarrow.input_stream(path, compression="zstd").read().splitlines()[:-1]:
        x = json.loads(line)
        if "note" in x:
            notes[x["note"]] += x["count"]
            continue
        if part == "window" and "outside" in x:
            x["outside"] = 0
        lines.append(json.dumps(x))
    return lines, notes


def check(binary, engine, work, url):
    """Reduces every table twice, and fails where the summaries differ."""
    r = random.Random(7)
    for n, (label, kind, part) in enumerate(CASES):
        fields = FORMATS[label].split()
        lines = list(records(n, engine.records))
        if part == "damaged":
            lines = [damaged(r, x, kind == "text" and len(fields)) if r.random() < 0.08 and x["log-status"] == "OK" else x for x in lines]
        table = f"{kind}_{label}_{part}"
        logs, twin = pathlib.Path(work, table), pathlib.Path(work, table + "_text")
        write(logs, kind, fields, lines, "fl-0a")
        write(twin, "text", fields, lines, "fl-0a")
        estate = pathlib.Path(work, table + ".sg")
        estate.write_text(estate_of(fields, table, kind))

        def usage(*args):
            ended = subprocess.run([binary, "usage", "--input", estate, *args], env=ENV, capture_output=True, text=True)
            if ended.returncode not in (0, 3):
                sys.exit(f"athena.py: {table}: sgaudit usage {' '.join(map(str, args))} ended with {ended.returncode}: {ended.stderr}")
            return ended.stdout

        engine.create(table, ddl_of(usage("--ddl", "--athena", f"logs.{table}")), logs)
        window = ["--since", "2026-10-02T01:30:00Z", "--until", "2026-10-03"] if part == "window" else []
        if isinstance(engine, Spark):
            engine.statement = usage("--sql", "--dialect", "spark", "--athena", f"logs.{table}", "--endpoint-url", url, *window).strip().removesuffix(";")
        found = []
        for how, args in (("files", ["--flow-logs", twin]), ("table", ["--athena", f"logs.{table}", "--endpoint-url", url])):
            out = pathlib.Path(work, f"{table}-{how}.json.zst")
            usage(*args, *window, "--save-summary", out, "-o", f"csv={work}/{table}-{how}.csv")
            found.append(summary(out, part))
        (files, notes), (rows, table_notes) = found
        for one, other in zip(files, rows):
            if one != other:
                sys.exit(f"athena.py: {table}: the summaries differ\nof the files: {one}\nof the table: {other}")
        if len(files) != len(rows) or notes != table_notes:
            sys.exit(f"athena.py: {table}: the summaries differ: {len(files)} and {len(rows)} lines, {notes} and {table_notes}")
        if (part == "damaged" or label == "nostatus") != bool(notes) or len(rows) < 100:
            sys.exit(f"athena.py: {table}: {len(rows)} lines, {notes}: the records are not what this script means them to be")
        print(f"{table}: {len(rows)} lines of the summary are the same, {sum(notes.values())} records are noted")


def record(binary, engine, work, url, folder):
    """Writes some records, and the rows that the statement makes of them."""
    r = random.Random(11)
    fields = FORMATS["flags"].split()
    lines = [spoiled(r, x) if r.random() < 0.05 and x["log-status"] == "OK" else x for x in records(99, 300)]
    lines += [{**x, "log-status": "-"} for x in lines if x["log-status"] == "NODATA"]  # as of a format without that field
    logs, estate = pathlib.Path(work, "logs"), pathlib.Path(work, "estate.sg")
    write(logs, "text", fields, lines, "fl-0a")
    text = b"".join(gzip.decompress(f.read_bytes()) for f in sorted(logs.rglob("*.gz")))
    pathlib.Path(folder, "reduced.log").write_bytes(text)
    estate.write_text(estate_of(fields, "", "text"))
    ddl = subprocess.run([binary, "usage", "--input", estate, "--ddl"], env=ENV, check=True, capture_output=True, text=True).stdout
    engine.create("recorded", ddl_of(ddl), logs)
    subprocess.run([binary, "usage", "--input", estate, "--athena", "logs.recorded", "--endpoint-url", url], env=ENV, stdout=subprocess.DEVNULL)
    rows, reason = Facade.queries["query-0"]
    if rows is None:
        sys.exit(f"athena.py: {reason}")
    rows[1:] = sorted([[x if k < len(row) - 1 or x is None else pathlib.Path(x).name for k, x in enumerate(row)] for row in rows[1:]], key=str)
    with open(pathlib.Path(folder, "reduced.tsv"), "w") as f:
        f.writelines("\t".join("NULL" if x is None else str(x) for x in row) + "\n" for row in rows)


def main():
    binary = os.path.abspath(sys.argv[1])
    with tempfile.TemporaryDirectory() as work:
        if sys.argv[2:3] == ["--trino"]:
            engine = Trino(sys.argv[3], work)
        else:
            engine = Spark(work) if sys.argv[2:3] == ["--spark"] else Duck()
        Facade.engine = engine
        server = ThreadingHTTPServer(("127.0.0.1", 0), Facade)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        try:
            url = f"http://127.0.0.1:{server.server_port}"
            if sys.argv[2:3] == ["--record"]:
                record(binary, engine, work, url, sys.argv[3])
            else:
                check(binary, engine, work, url)
        finally:
            server.shutdown()
            engine.close()


if __name__ == "__main__":
    main()
