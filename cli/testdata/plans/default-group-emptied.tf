# Terraform takes the default group over, and it has no rules any more.
# exit 0
# fixed medium default-group-allows-traffic
resource "aws_default_security_group" "shop" {
  vpc_id = "vpc-0a100001"
}
