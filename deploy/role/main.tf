# The role that sgaudit assumes, in the account of the provider and, by a stack set, in
# every account of organizational units. It only reads.

terraform {
  required_version = ">= 1.5"
  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = ">= 5.0"
    }
  }
}

variable "auditor_arn" {
  description = "ARN in IAM of the role or user that assumes the roles, as arn:aws:iam::111122223333:role/hub. aws sts get-caller-identity prints it for a user; for a role it prints the ARN of the session"
  type        = string
  validation {
    condition     = can(regex("^arn:aws[a-z-]*:iam::[0-9]{12}:(role|user)/.+$", var.auditor_arn))
    error_message = "auditor_arn is not the ARN of a role or user in IAM, such as arn:aws:iam::111122223333:role/hub."
  }
}

variable "role_name" {
  description = "The value of --role-name"
  type        = string
  default     = "sgaudit"
}

variable "external_id" {
  description = "The value of --external-id; empty where the auditor gives none"
  type        = string
  default     = ""
}

variable "organizational_units" {
  description = "Ids of organizational units, or of the root, whose accounts get the role; empty: this account alone"
  type        = list(string)
  default     = []
}

resource "aws_iam_role" "audit" {
  name        = var.role_name
  description = "Assumed by sgaudit, which only reads"
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [merge(
      { Effect = "Allow", Principal = { AWS = var.auditor_arn }, Action = "sts:AssumeRole" },
      var.external_id == "" ? {} : { Condition = { StringEquals = { "sts:ExternalId" = var.external_id } } },
    )]
  })
}

resource "aws_iam_role_policy" "audit" {
  name   = "sgaudit"
  role   = aws_iam_role.audit.id
  policy = file("${path.module}/policy.json")
}

# A stack set with service-managed permissions leaves out the management account: the
# role above is for it.
resource "aws_cloudformation_stack_set" "audit" {
  count            = length(var.organizational_units) > 0 ? 1 : 0
  name             = var.role_name
  permission_model = "SERVICE_MANAGED"
  capabilities     = ["CAPABILITY_NAMED_IAM"]
  template_body    = file("${path.module}/role.yaml")
  parameters = {
    AuditorArn = var.auditor_arn
    RoleName   = var.role_name
    ExternalId = var.external_id
  }
  auto_deployment {
    enabled                          = true
    retain_stacks_on_account_removal = false
  }
  operation_preferences {
    max_concurrent_percentage    = 100
    failure_tolerance_percentage = 100
  }
  lifecycle {
    ignore_changes = [administration_role_arn]
  }
}

data "aws_region" "current" {}

resource "aws_cloudformation_stack_set_instance" "audit" {
  count          = length(var.organizational_units) > 0 ? 1 : 0
  stack_set_name = aws_cloudformation_stack_set.audit[0].name
  region         = data.aws_region.current.name
  deployment_targets {
    organizational_unit_ids = var.organizational_units
  }
}

output "role_arn" {
  value = aws_iam_role.audit.arn
}
