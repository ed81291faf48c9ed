#!/usr/bin/env python3
"""Hold security groups by idle resources of many services, and audit.

moto is an emulator of AWS that others wrote. This script starts it on loopback,
makes for each kind of resource a group that only that resource holds, and fails
unless sgaudit names the holder of each, and finds the one group unused that nothing
holds. It prints the services that moto does not have; moto has the caches of
ElastiCache and DAX, and forgets their groups. Usage:
scripts/referrers.py PATH-TO-SGAUDIT
"""

import json
import os
import subprocess
import sys
import tempfile

import boto3
from botocore.config import Config

from moto import ENV, free_port, start_moto  # the script beside this one

REGION = "us-east-1"
ROLE = "arn:aws:iam::123456789012:role/one"


def fill(url):
    """Returns the groups by what the message about each has to name."""
    held, lacking = {}, []
    services = {}

    def aws(name):
        if name not in services:
            services[name] = boto3.client(name, endpoint_url=url, region_name=REGION, config=Config(retries={"total_max_attempts": 1}),
                                          aws_access_key_id="testing", aws_secret_access_key="testing")
        return services[name]

    vpc = aws("ec2").create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    subnets = [aws("ec2").create_subnet(VpcId=vpc, CidrBlock=f"10.0.{i}.0/24", AvailabilityZone=f"{REGION}{zone}")["Subnet"]["SubnetId"]
               for i, zone in enumerate("abc")]

    def group(name):
        return aws("ec2").create_security_group(GroupName=name, Description=name, VpcId=vpc)["GroupId"]

    def holder(words, name, make):
        """Makes a group and its holder, which the message calls by words and name."""
        gid = group("held-by-" + words.replace(" ", "-"))
        try:
            make(gid)
        except Exception as e:  # moto lacks it, or parts of it
            lacking.append(f"{words}: {str(e)[:150]}")
            aws("ec2").delete_security_group(GroupId=gid)
            return
        held[gid] = f"{words} {name}"

    def role():
        return aws("iam").create_role(RoleName="batch", AssumeRolePolicyDocument="{}")["Role"]["Arn"]

    def scaling_group(gid):
        """Of size zero, by a version of a template that is neither the default nor the latest one."""
        template = aws("ec2").create_launch_template(LaunchTemplateName="pinned", LaunchTemplateData={"InstanceType": "t3.micro", "SecurityGroupIds": [gid]})
        template = template["LaunchTemplate"]["LaunchTemplateId"]
        aws("ec2").create_launch_template_version(LaunchTemplateId=template, LaunchTemplateData={"InstanceType": "t3.micro"})
        aws("ec2").modify_launch_template(LaunchTemplateId=template, DefaultVersion="2")
        aws("autoscaling").create_auto_scaling_group(AutoScalingGroupName="empty", MinSize=0, MaxSize=2, DesiredCapacity=0, VPCZoneIdentifier=subnets[0],
                                                     LaunchTemplate={"LaunchTemplateId": template, "Version": "1"})

    def ecs(gid):
        aws("ecs").create_cluster(clusterName="main")
        aws("ecs").register_task_definition(family="shop", networkMode="awsvpc", containerDefinitions=[{"name": "a", "image": "a", "memory": 64}])
        for i in range(12):  # more than one call describes
            aws("ecs").create_service(cluster="main", serviceName=f"shop{i}", taskDefinition="shop", desiredCount=0,
                                      networkConfiguration={"awsvpcConfiguration": {"subnets": subnets, "securityGroups": [gid]}})

    def task(gid):
        return {"TaskDefinitionArn": f"arn:aws:ecs:{REGION}:123456789012:task-definition/shop:1", "TaskCount": 1, "LaunchType": "FARGATE"}, {
            "Subnets": subnets, "SecurityGroups": [gid]}

    cluster = f"arn:aws:ecs:{REGION}:123456789012:cluster/main"

    def rule(gid):
        parameters, network = task(gid)
        aws("events").put_rule(Name="nightly", ScheduleExpression="rate(1 day)")
        aws("events").put_targets(Rule="nightly", Targets=[{"Id": "1", "Arn": cluster, "RoleArn": ROLE, "EcsParameters": {
            **parameters, "NetworkConfiguration": {"awsvpcConfiguration": network}}}])

    def schedule(gid):
        parameters, network = task(gid)
        aws("scheduler").create_schedule(Name="hourly", ScheduleExpression="rate(1 hour)", FlexibleTimeWindow={"Mode": "OFF"}, Target={
            "Arn": cluster, "RoleArn": ROLE, "EcsParameters": {**parameters, "NetworkConfiguration": {"awsvpcConfiguration": network}}})

    def domain(gid):
        aws("sagemaker").create_domain(DomainName="lab", AuthMode="IAM", DefaultUserSettings={"ExecutionRole": ROLE, "SecurityGroups": [gid]},
                                       SubnetIds=subnets, VpcId=vpc)

    def rds_subnets():
        aws("rds").create_db_subnet_group(DBSubnetGroupName="all", DBSubnetGroupDescription="all", SubnetIds=subnets)

    def emr(gid):
        aws("emr").run_job_flow(Name="hadoop", ReleaseLabel="emr-6.1.0", JobFlowRole="one", ServiceRole="one", Instances={
            "MasterInstanceType": "m5.large", "SlaveInstanceType": "m5.large", "InstanceCount": 2, "KeepJobFlowAliveWhenNoSteps": True,
            "EmrManagedMasterSecurityGroup": gid, "EmrManagedSlaveSecurityGroup": gid, "Ec2SubnetId": subnets[0]})

    holder("Auto Scaling launch configuration", "old (", lambda gid: aws("autoscaling").create_launch_configuration(
        LaunchConfigurationName="old", ImageId="ami-12c6146b", InstanceType="t3.micro", SecurityGroups=[gid]))
    holder("Auto Scaling group", "empty (", scaling_group)
    holder("ECS service", "shop11 (", ecs)
    holder("EventBridge rule", "nightly", rule)
    holder("EventBridge Scheduler schedule", "hourly (", schedule)
    for_batch = {"type": "FARGATE", "maxvCpus": 4, "subnets": subnets}
    holder("Batch compute environment", "jobs (", lambda gid: aws("batch").create_compute_environment(
        computeEnvironmentName="jobs", type="MANAGED", state="ENABLED", serviceRole=role(), computeResources={**for_batch, "securityGroupIds": [gid]}))
    holder("CodeBuild project", "build (", lambda gid: aws("codebuild").create_project(
        name="build", source={"type": "S3", "location": "bucket/key"}, artifacts={"type": "NO_ARTIFACTS"}, serviceRole=ROLE,
        environment={"type": "LINUX_CONTAINER", "image": "a", "computeType": "BUILD_GENERAL1_SMALL"},
        vpcConfig={"vpcId": vpc, "subnets": subnets, "securityGroupIds": [gid]}))
    holder("Glue connection", "orders", lambda gid: aws("glue").create_connection(ConnectionInput={
        "Name": "orders", "ConnectionType": "JDBC", "ConnectionProperties": {"PASSWORD": "secret"},
        "PhysicalConnectionRequirements": {"SubnetId": subnets[0], "SecurityGroupIdList": [gid]}}))
    holder("SageMaker domain", "lab (", domain)
    holder("SageMaker notebook instance", "notes (", lambda gid: aws("sagemaker").create_notebook_instance(
        NotebookInstanceName="notes", InstanceType="ml.t3.medium", RoleArn=ROLE, SubnetId=subnets[0], SecurityGroupIds=[gid]))
    holder("SageMaker model", "guess (", lambda gid: aws("sagemaker").create_model(
        ModelName="guess", ExecutionRoleArn=ROLE, VpcConfig={"SecurityGroupIds": [gid], "Subnets": subnets}))
    holder("EMR cluster", "hadoop (", emr)
    rds_subnets()
    holder("RDS DB instance", "orders (", lambda gid: aws("rds").create_db_instance(
        DBInstanceIdentifier="orders", DBInstanceClass="db.t3.micro", Engine="postgres", AllocatedStorage=20, MasterUsername="one",
        MasterUserPassword="password1", VpcSecurityGroupIds=[gid], DBSubnetGroupName="all"))
    holder("RDS DB cluster", "facts (", lambda gid: aws("rds").create_db_cluster(
        DBClusterIdentifier="facts", Engine="aurora-postgresql", MasterUsername="one", MasterUserPassword="password1", VpcSecurityGroupIds=[gid]))
    holder("Redshift cluster", "sales", lambda gid: aws("redshift").create_cluster(
        ClusterIdentifier="sales", NodeType="ra3.large", MasterUsername="one", MasterUserPassword="Password1", VpcSecurityGroupIds=[gid]))
    holder("Redshift Serverless workgroup", "queries (", lambda gid: aws("redshift-serverless").create_workgroup(
        workgroupName="queries", namespaceName="all", securityGroupIds=[gid]))
    holder("ElastiCache serverless cache", "sessions (", lambda gid: aws("elasticache").create_serverless_cache(
        ServerlessCacheName="sessions", Engine="redis", SecurityGroupIds=[gid]))
    holder("MSK cluster", "stream (", lambda gid: aws("kafka").create_cluster_v2(
        ClusterName="stream", Serverless={"VpcConfigs": [{"SubnetIds": subnets, "SecurityGroupIds": [gid]}]}))
    holder("OpenSearch domain", "search (", lambda gid: aws("opensearch").create_domain(
        DomainName="search", VPCOptions={"SubnetIds": subnets[:1], "SecurityGroupIds": [gid]}))
    holder("DMS replication instance", "move (", lambda gid: aws("dms").create_replication_instance(
        ReplicationInstanceIdentifier="move", ReplicationInstanceClass="dms.t3.micro", VpcSecurityGroupIds=[gid]))
    holder("App Runner VPC connector", "a-way (", lambda gid: aws("apprunner").create_vpc_connector(
        VpcConnectorName="a-way", Subnets=subnets, SecurityGroups=[gid]))
    holder("API Gateway VPC link", "link (", lambda gid: aws("apigatewayv2").create_vpc_link(
        Name="link", SubnetIds=subnets, SecurityGroupIds=[gid]))
    holder("EKS cluster", "kube (", lambda gid: aws("eks").create_cluster(
        name="kube", roleArn=ROLE, resourcesVpcConfig={"subnetIds": subnets, "securityGroupIds": [gid]}))
    holder("Transfer Family server", "s-", lambda gid: aws("transfer").create_server(
        EndpointType="VPC", Protocols=["SFTP"], EndpointDetails={"VpcId": vpc, "SubnetIds": subnets, "SecurityGroupIds": [gid]}))
    return held, lacking, group("held-by-nothing")


def main():
    url = f"http://127.0.0.1:{free_port()}"
    moto = start_moto(url)
    try:
        held, lacking, free = fill(url)
        with tempfile.TemporaryDirectory() as folder:
            report = os.path.join(folder, "report.json")
            run = subprocess.run([sys.argv[1], "audit", "--depth", "services", "--endpoint-url", url, "--region", REGION, "-o", "json=" + report],
                                 env=ENV, capture_output=True, text=True)
            if not os.path.exists(report):
                sys.exit(f"referrers.py: sgaudit ended with {run.returncode}: {run.stderr}")
            with open(report, encoding="utf-8") as f:
                result = json.load(f)
    finally:
        moto.kill()
        moto.wait()
    unused = {f["group_id"]: f for f in result["findings"] if f["check"] == "unused-group"}
    wrong = []
    for gid, words in held.items():
        finding = unused.get(gid)
        if finding is None or finding["severity"] != "info" or words not in finding["message"]:
            wrong.append(f"{gid} is held by {words}, and the finding is {finding and (finding['severity'], finding['message'])}")
    if unused.get(free, {}).get("severity") != "low":
        wrong.append(f"{free}, which nothing holds: {unused.get(free)}")
    gaps = [g for c in result["coverage"] for g in c["gaps"]]
    for text in lacking:
        print("moto does not make:", text)
    for gap in gaps:
        print("gap:", gap["operation"], gap["kind"], gap["message"])
    print(f"{len(held)} groups held by idle resources, {len(lacking)} kinds that moto does not make, {len(gaps)} gaps")
    if wrong:
        sys.exit("referrers.py: " + "\n".join(wrong))


if __name__ == "__main__":
    main()
