# A new Auto Scaling group with the launch template of the web servers, by its name: what it
# starts is open to everyone as they are.
# exit 1
# widened critical admin-port-open-to-internet
# says now also of aws_autoscaling_group.web
resource "aws_autoscaling_group" "web" {
  name                = "web"
  min_size            = 1
  max_size            = 1
  vpc_zone_identifier = ["subnet-0a1000a0"]
  launch_template {
    name = "shop-web-servers"
  }
}
