"""deploy/role/role.yaml as a stack set with service-managed permissions, on moto: the role is in
each account of the organizational unit, with the actions of sgaudit policy."""

import ast
import json

import tools
from emulated import ACCOUNT, Moto
from tools import expect

AUDITOR = f"arn:aws:iam::{ACCOUNT}:role/sgaudit-hub"


def step(organization, folder):
    policy = json.loads(tools.run(organization.binary, "policy", "--depth", "services"))
    actions = sorted(a for s in policy["Statement"] for a in s["Action"])
    moto = Moto(folder)
    try:
        org = moto.client("organizations")
        org.create_organization(FeatureSet="ALL")
        root = org.list_roots()["Roots"][0]["Id"]
        unit = org.create_organizational_unit(ParentId=root, Name="audited")["OrganizationalUnit"]["Id"]
        members = [org.create_account(Email=f"{n}@example.com", AccountName=n)["CreateAccountStatus"]["AccountId"] for n in ("shop", "data", "tools")]
        for account in members[:2]:
            org.move_account(AccountId=account, SourceParentId=root, DestinationParentId=unit)
        cloudformation = moto.client("cloudformation")
        cloudformation.create_stack_set(  # the words of the page
            StackSetName="sgaudit", TemplateBody=(tools.DEPLOY / "role/role.yaml").read_text(), Capabilities=["CAPABILITY_NAMED_IAM"], PermissionModel="SERVICE_MANAGED",
            AutoDeployment={"Enabled": True, "RetainStacksOnAccountRemoval": False}, Parameters=[{"ParameterKey": "AuditorArn", "ParameterValue": AUDITOR}, {"ParameterKey": "ExternalId", "ParameterValue": "audit-7"}],
        )
        cloudformation.create_stack_instances(StackSetName="sgaudit", Regions=["us-east-1"], DeploymentTargets={"OrganizationalUnitIds": [unit]})
        instances = cloudformation.list_stack_instances(StackSetName="sgaudit")["Summaries"]
        expect("stack sets: accounts with an instance", sorted(i["Account"] for i in instances), sorted(members[:2]))
        for account in members[:2]:
            iam = moto.in_account("iam", account)
            role = iam.get_role(RoleName="sgaudit")["Role"]
            trust = role["AssumeRolePolicyDocument"]["Statement"]
            expect(f"stack sets: trust of the role in {account}", [(s["Principal"]["AWS"], s.get("Condition")) for s in trust], [(AUDITOR, {"StringEquals": {"sts:ExternalId": "audit-7"}})])
            document = iam.get_role_policy(RoleName="sgaudit", PolicyName="sgaudit")["PolicyDocument"]
            statements = (ast.literal_eval(document) if isinstance(document, str) else document)["Statement"]  # moto writes it as Python does
            expect(f"stack sets: actions of the role in {account}", sorted(a for s in statements for a in s["Action"]), actions)
        print(f"stack sets: {len(instances)} accounts of a unit have the role, with the {len(actions)} actions of sgaudit policy (moto)")
    finally:
        moto.stop()
