# A group with a name that does not say what it is for.
# exit 1
# fail-on low
# new low launch-wizard-group
resource "aws_security_group" "wizard" {
  name   = "launch-wizard-7"
  vpc_id = "vpc-0a100001"
}
