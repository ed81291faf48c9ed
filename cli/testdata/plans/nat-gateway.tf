# A NAT gateway in a VPC without a gateway endpoint.
# exit 1
# fail-on info
# new info missing-vpc-endpoint
resource "aws_eip" "out" {}

resource "aws_nat_gateway" "out" {
  subnet_id     = "subnet-0a1000d0"
  allocation_id = aws_eip.out.id
}
