"""moto, an emulator of AWS that others wrote: a server of its own for each step, and the
templates of deploy/ deployed by its CloudFormation."""

import json
import os
import sys
import urllib.request

import tools

REGION = "eu-west-1"
ACCOUNT = "123456789012"  # moto's
KEYS = {"AWS_ACCESS_KEY_ID": "testing", "AWS_SECRET_ACCESS_KEY": "testing", "AWS_EC2_METADATA_DISABLED": "true", "AWS_CONFIG_FILE": os.devnull, "AWS_SHARED_CREDENTIALS_FILE": os.devnull}


class Moto:
    def __init__(self, folder, program=("-m", "moto.server"), **settings):
        tools.need_python("moto", "moto[server]", folder / "python")
        import boto3  # which moto brings

        self.boto3, self.processes = boto3, tools.Processes(folder)
        self.url = f"http://127.0.0.1:{tools.free_port()}"
        self.processes.start(sys.executable, *program, "-H", "127.0.0.1", "-p", self.url.rpartition(":")[2], env={**tools.PLAIN, **KEYS})
        tools.until("moto answers", self.answers, 60)
        for path, body in settings.items():
            self.post(path, body)

    def answers(self):
        self.processes.check()
        try:
            return urllib.request.urlopen(self.url + "/moto-api/data.json", timeout=5).read()
        except OSError:
            return None

    def post(self, path, body):
        """Sets how moto behaves: config or state-manager/set-transition."""
        request = urllib.request.Request(f"{self.url}/moto-api/{path}", method="POST", data=json.dumps(body).encode(), headers={"Content-Type": "application/json"})
        urllib.request.urlopen(request, timeout=10).read()

    def client(self, service, keys=None):
        keys = keys or {"AccessKeyId": "testing", "SecretAccessKey": "testing"}
        return self.boto3.client(service, endpoint_url=self.url, region_name=REGION, aws_access_key_id=keys["AccessKeyId"], aws_secret_access_key=keys["SecretAccessKey"], aws_session_token=keys.get("SessionToken"))

    def in_account(self, service, account):
        keys = self.client("sts").assume_role(RoleArn=f"arn:aws:iam::{account}:role/any", RoleSessionName="engines")["Credentials"]
        return self.client(service, keys)

    def deploy(self, name, text, **parameters):
        """Deploys a template as a stack, and returns its resources by their names."""
        cloudformation = self.client("cloudformation")
        cloudformation.create_stack(StackName=name, TemplateBody=text, Capabilities=["CAPABILITY_NAMED_IAM"], Parameters=[{"ParameterKey": k, "ParameterValue": v} for k, v in parameters.items()])
        return {r["LogicalResourceId"]: r["PhysicalResourceId"] for r in cloudformation.describe_stack_resources(StackName=name)["StackResources"]}

    def network(self):
        """A VPC with two subnets and a group."""
        ec2 = self.client("ec2")
        vpc = ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
        subnets = [ec2.create_subnet(VpcId=vpc, CidrBlock=f"10.0.{i}.0/24", AvailabilityZone=REGION + z)["Subnet"]["SubnetId"] for i, z in enumerate("ab")]
        return vpc, subnets, ec2.create_security_group(GroupName="tasks", Description="tasks", VpcId=vpc)["GroupId"]

    def stop(self):
        self.processes.stop()
