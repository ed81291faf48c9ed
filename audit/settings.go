package audit

import (
	"net/netip"

	"github.com/sgaudit/sgaudit/inventory"
)

// Settings are the choices of the people who run the audit. The zero value
// is not useful; start from Defaults.
type Settings struct {
	TrustedCIDRs []netip.Prefix      // sources that lie inside one of them are info
	PublicPorts  []inventory.Traffic // tcp and udp ports that may be open to the internet
}

// Defaults returns the settings of a run without a configuration: nobody is
// trusted, and tcp 80, tcp 443 and udp 443 (HTTP/3) may be public.
func Defaults() Settings {
	return Settings{PublicPorts: []inventory.Traffic{
		inventory.Ports(inventory.TCP, 80, 80),
		inventory.Ports(inventory.TCP, 443, 443),
		inventory.Ports(inventory.UDP, 443, 443),
	}}
}
