# A new database with a public address.
# exit 1
# new high database-publicly-addressed
resource "aws_db_instance" "reports" {
  identifier             = "reports"
  engine                 = "postgres"
  instance_class         = "db.t3.micro"
  allocated_storage      = 20
  username               = "reports"
  password               = "not-a-secret"
  skip_final_snapshot    = true
  publicly_accessible    = true
  vpc_security_group_ids = ["sg-0a100015"]
}
