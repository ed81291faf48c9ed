package planned

import (
	"fmt"
	"strings"
	"testing"
)

// listenerEstate has an application load balancer that listens on tcp/443, and a classic
// one that listens on tcp/80. Their group allows more.
const listenerEstate = `account 123456789012
region eu-west-1
vpc-1 10.0.0.0/16
igw-1 vpc vpc-1
subnet-1 10.0.1.0/24 vpc vpc-1
rtb-1 vpc vpc-1 main
  route 0.0.0.0/0 igw-1
sg-1 web vpc vpc-1
  in tcp/9200 0.0.0.0/0
sg-3 default vpc vpc-1
sg-2 old vpc vpc-1
  in tcp/9200 0.0.0.0/0
load-balancer application shop internet-facing arn arn:aws:elasticloadbalancing:eu-west-1:123456789012:loadbalancer/app/shop/1 vpc vpc-1 sg-1 listen tcp/443
load-balancer classic old internet-facing vpc vpc-1 sg-2 listen tcp/80
eni-1 sg-1 10.0.1.10 public 203.0.113.7 subnet subnet-1 vpc vpc-1 requester amazon-elb managed attached-by amazon-elb description "ELB app/shop/1"
eni-2 sg-2 10.0.1.11 public 203.0.113.8 subnet subnet-1 vpc vpc-1 requester amazon-elb managed attached-by amazon-elb description "ELB old"
`

// TestListeners: load balancers listen on the ports of the plan. Where the plan does not say which port or load balancer it is, that is
// noted, unless the plan creates the load balancer.
func TestListeners(t *testing.T) {
	const shop = `"load_balancer_arn": "arn:aws:elasticloadbalancing:eu-west-1:123456789012:loadbalancer/app/shop/1"`
	const listens = `{"id": "x", ` + shop + `, "port": 443, "protocol": "HTTPS"}`
	const named = `"id": "old", "name": "old"`
	set := func(list ...string) func() (*Plan, error) {
		return func() (*Plan, error) { return ChangeSet([]byte(changes(list...))) }
	}
	of := func(list ...string) func() (*Plan, error) {
		configuration := resources("aws_lb.n", `"subnets": {}`, "aws_lb_listener.n", `"load_balancer_arn": {"references": ["aws_lb.n.arn", "aws_lb.n"]}`,
			"aws_lb_listener.lost", `"load_balancer_arn": {"references": ["local.lb"]}, "port": {"references": ["local.port"]}`)
		return func() (*Plan, error) { return Terraform([]byte(plan(configuration, list...))) }
	}
	const was, next = "application tcp/443, classic tcp/80", "application tcp/443, application tcp/9200, classic tcp/80"
	made := change("aws_lb.n", create, "", `{"name": "n", "subnets": ["subnet-1"]}`, `{"id": true, "arn": true}`)
	classic := func(blocks, unknown string) string {
		return change("aws_elb.o", update, `{`+named+`, "listener": [{"lb_port": 80, "lb_protocol": "http"}]}`, `{`+named+`, "listener": `+blocks+`}`, unknown)
	}
	for name, c := range map[string]struct {
		plan    func() (*Plan, error)
		want    string
		unknown string
	}{
		"created":            {of(change("aws_lb_listener.l", create, "", `{`+shop+`, "port": 9200, "protocol": "HTTP"}`, "")), next, ""},
		"by its older name":  {of(change("aws_alb_listener.l", create, "", `{`+shop+`, "port": 9200, "protocol": "HTTP"}`, "")), next, ""},
		"changed":            {of(change("aws_lb_listener.l", update, listens, `{"id": "x", `+shop+`, "port": 9200, "protocol": "HTTPS"}`, "")), "application tcp/9200, classic tcp/80", ""},
		"deleted":            {of(change("aws_lb_listener.l", remove, listens, "", "")), "classic tcp/80", ""},
		"to another one":     {of(change("aws_lb_listener.a", create, "", `{`+shop+`, "port": 443, "protocol": "HTTPS"}`, ""), change("aws_lb_listener.b", remove, listens, "", "")), was, ""},
		"tcp and udp":        {of(change("aws_lb_listener.l", create, "", `{`+shop+`, "port": 53, "protocol": "TCP_UDP"}`, "")), "application tcp/443, application tcp/53, application udp/53, classic tcp/80", ""},
		"of a new one":       {of(made, change("aws_lb_listener.n", create, "", `{"port": 9200, "protocol": "HTTP"}`, `{"load_balancer_arn": true}`)), was, ""},
		"of which":           {of(change("aws_lb_listener.lost", create, "", `{"port": 9200, "protocol": "HTTP"}`, `{"load_balancer_arn": true}`)), was, "local.lb"},
		"of which, beside":   {of(made, change("aws_lb_listener.lost", create, "", `{"port": 9200, "protocol": "HTTP"}`, `{"load_balancer_arn": true}`)), was, "local.lb"},
		"on which port":      {of(change("aws_lb_listener.lost", create, "", `{`+shop+`, "protocol": "HTTP"}`, `{"port": true}`)), was, "on which port the load balancer shop listens"},
		"not read":           {of(change("aws_lb_listener.l", create, "", `{"load_balancer_arn": "arn:x", "port": 9200}`, "")), was, "arn:x is not among the load balancers"},
		"classic":            {of(classic(`[{"lb_port": 80, "lb_protocol": "http"}, {"lb_port": 9200, "lb_protocol": "tcp"}]`, "")), "application tcp/443, classic tcp/80, classic tcp/9200", ""},
		"classic loses":      {of(classic(`[{"lb_port": 443, "lb_protocol": "ssl"}]`, "")), "application tcp/443, classic tcp/443", ""},
		"classic which":      {of(classic(`[{"lb_protocol": "tcp"}]`, `{"listener": [{"lb_port": true}]}`)), was, "on which ports the load balancer old listens"},
		"of a change set":    {set(added("L", "AWS::ElasticLoadBalancingV2::Listener", `{"LoadBalancerArn": "arn:aws:elasticloadbalancing:eu-west-1:123456789012:loadbalancer/app/shop/1", "Port": "9200", "Protocol": "HTTP"}`)), next, ""},
		"pending of it":      {set(added("L", "AWS::ElasticLoadBalancingV2::Listener", `{"LoadBalancerArn": "{{changeSet:KNOWN_AFTER_APPLY}}", "Port": "9200"}`)), was, "which load balancer gets the listener"},
		"new one of it":      {set(added("B", "AWS::ElasticLoadBalancingV2::LoadBalancer", `{"Name": "n", "Subnets": ["subnet-1"]}`), added("L", "AWS::ElasticLoadBalancingV2::Listener", `{"LoadBalancerArn": "{{changeSet:KNOWN_AFTER_APPLY}}", "Port": "9200"}`)), was, ""},
		"classic of it":      {set(`{"Action": "Modify", "LogicalResourceId": "B", "PhysicalResourceId": "old", "Replacement": "False", "ResourceType": "AWS::ElasticLoadBalancing::LoadBalancer", "BeforeContext": "{\"Properties\":{\"Listeners\":[{\"LoadBalancerPort\":\"80\",\"Protocol\":\"http\",\"InstancePort\":\"80\"}]}}", "AfterContext": "{\"Properties\":{\"Listeners\":[{\"LoadBalancerPort\":\"9200\",\"Protocol\":\"tcp\",\"InstancePort\":\"9200\"}]}}"}`), "application tcp/443, classic tcp/9200", ""},
		"classic unknown it": {set(`{"Action": "Modify", "LogicalResourceId": "B", "PhysicalResourceId": "old", "Replacement": "False", "ResourceType": "AWS::ElasticLoadBalancing::LoadBalancer", "BeforeContext": "{\"Properties\":{\"Listeners\":[]}}", "AfterContext": "{\"Properties\":{\"Listeners\":\"{{changeSet:KNOWN_AFTER_APPLY}}\"}}"}`), was, "on which ports the load balancer old listens"},
	} {
		t.Run(name, func(t *testing.T) {
			p, err := c.plan()
			r, outcome := applyTo(t, listenerEstate, p, err)
			var listeners []string
			for _, l := range r.Listeners {
				listeners = append(listeners, fmt.Sprint(l.Kind, " ", l.Traffic))
			}
			if got := strings.Join(listeners, ", "); got != c.want || (c.unknown == "") != (len(outcome.Unknown) == 0) || !strings.Contains(asText(t, outcome.Unknown), c.unknown) {
				t.Errorf("%s, want %s; %+v", got, c.want, outcome)
			}
		})
	}
}
