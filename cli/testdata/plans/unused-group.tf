# A group that nothing uses.
# exit 1
# fail-on low
# new low unused-group
resource "aws_security_group" "idle" {
  name   = "idle"
  vpc_id = "vpc-0a100001"
}
