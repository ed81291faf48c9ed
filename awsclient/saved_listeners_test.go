package awsclient

import (
	"strings"
	"testing"

	"github.com/sgaudit/sgaudit/inventory"
)

// TestSavedListeners: the AWS CLI prints the listeners of one load balancer at
// a time. Each is recognised by its load balancer's ARN; a load balancer of which no
// file holds a listener leaves a gap, because it may have some.
func TestSavedListeners(t *testing.T) {
	const arn = "arn:aws:elasticloadbalancing:eu-west-1:123456789012:loadbalancer/app/"
	listener := func(name, port string) string {
		return `{"Listeners": [{"ListenerArn": "` + strings.Replace(arn, "loadbalancer", "listener", 1) + name + `/1/2", "LoadBalancerArn": "` + arn + name + `/1", "Port": ` + port + `, "Protocol": "HTTPS", "DefaultActions": []}]}`
	}
	files := map[string]string{
		"g.json": oneGroup, "i.json": oneInterface, "classic.json": `{"LoadBalancerDescriptions": []}`,
		"l.json":    `{"LoadBalancers": [{"LoadBalancerArn": "` + arn + `shop/1", "LoadBalancerName": "shop", "Type": "application", "Scheme": "internal"}, {"LoadBalancerArn": "` + arn + `desk/1", "LoadBalancerName": "desk", "Type": "application", "Scheme": "internal"}]}`,
		"shop.json": listener("shop", "443"), "desk.json": listener("desk", "8443"),
		"ours.json": `{"Listeners": [{"ListenerArn": "arn:aws:globalaccelerator::123456789012:accelerator/1/listener/2", "Protocol": "TCP"}]}`,
	}
	read := func() *inventory.Region {
		t.Helper()
		s, err := Saved(folder(t, files), SavedOptions{Warn: func(string) {}, Account: "123456789012", Region: "eu-west-1"})
		if err != nil {
			t.Fatal(err)
		}
		return s.Inventory.Regions[0]
	}
	r := read()
	if !r.Read.Has(inventory.PartListeners) || len(r.Listeners) != 2 || r.Listeners[0].Name != "desk" || r.Listeners[0].Traffic.String() != "tcp/8443" || r.Listeners[1].Traffic.String() != "tcp/443" {
		t.Errorf("read %s, listeners %+v, gaps %+v", r.Read, r.Listeners, r.Gaps)
	}
	delete(files, "desk.json")
	if r := read(); r.Read.Has(inventory.PartListeners) || len(r.Gaps) != 1 || !strings.Contains(r.Gaps[0].Message, "app/desk/1") {
		t.Errorf("read %s, gaps %+v", r.Read, r.Gaps)
	}
	delete(files, "shop.json")
	if r := read(); r.Asked.Has(inventory.PartListeners) || len(r.Gaps) != 0 {
		t.Errorf("asked %s, gaps %+v", r.Asked, r.Gaps)
	}
}
