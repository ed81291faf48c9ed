# A condition chooses between groups, and AWS makes a group: what the plan does not say is named.
# exit 3
# says aws_instance.chosen, vpc_security_group_ids: it is known after apply which ones they are: the plan does not say which of aws_security_group.closed, aws_security_group.open
# says aws_instance.node, vpc_security_group_ids: it is known after apply which ones they are: sgaudit cannot follow aws_eks_cluster.shop.vpc_config[0].cluster_security_group_id
# says aws_instance.some, vpc_security_group_ids: it is known after apply which ones they are: the plan does not say which of aws_security_group.several[0], aws_security_group.several[1]
variable "public" {
  default = false
}

resource "aws_security_group" "open" {
  name   = "open"
  vpc_id = "vpc-0a100001"
}

resource "aws_security_group" "closed" {
  name   = "closed"
  vpc_id = "vpc-0a100001"
}

resource "aws_security_group" "several" {
  count  = 2
  name   = "several-${count.index}"
  vpc_id = "vpc-0a100001"
}

resource "aws_eks_cluster" "shop" {
  name     = "shop"
  role_arn = "arn:aws:iam::123456789012:role/shop"
  vpc_config {
    subnet_ids = ["subnet-0a1000b0", "subnet-0a1000b1"]
  }
}

resource "aws_instance" "chosen" {
  ami                    = "ami-0a100001"
  instance_type          = "t3.micro"
  subnet_id              = "subnet-0a1000b0"
  vpc_security_group_ids = [var.public ? aws_security_group.open.id : aws_security_group.closed.id]
}

resource "aws_instance" "some" {
  ami                    = "ami-0a100001"
  instance_type          = "t3.micro"
  subnet_id              = "subnet-0a1000b0"
  vpc_security_group_ids = slice(aws_security_group.several[*].id, 0, 1)
}

resource "aws_instance" "node" {
  ami                    = "ami-0a100001"
  instance_type          = "t3.micro"
  subnet_id              = "subnet-0a1000b0"
  vpc_security_group_ids = [aws_security_group.closed.id, aws_eks_cluster.shop.vpc_config[0].cluster_security_group_id]
}
