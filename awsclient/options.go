// Package awsclient turns the answers of EC2 and of the services beside it into an
// inventory. It and the packages within its folder are the only ones that know the
// AWS SDK: nothing of the SDK leaves them, and they call nothing that changes an
// account.
//
// Connect finds the credentials and asks which account they belong to; Collect reads the regions;
// Saved reads files instead. The table of what is read is in lists.go, the reader of
// each list in the file of its subject: a short list is a call of list, the three
// long ones go through ec2xml.
//
// The identity comes first, then the enabled regions, then every region side
// by side and the lists of a region side by side too. Pages become inventory
// one by one and are dropped. What cannot be read becomes a gap of its region;
// it never fails the run, and never goes unsaid. The inventory is normalised.
package awsclient

import (
	"context"
	"net"
	"time"

	"github.com/sgaudit/sgaudit/inventory"
)

// Options choose the account, the regions, the limits and the timeouts of a run. The zero
// value reads every enabled region of the account that the SDK's own chain of
// credentials leads to.
type Options struct {
	Profile        string
	EndpointURL    string   // for every service, above all that the environment says
	Regions        []string // empty: every enabled region
	ExcludeRegions []string
	Depth          inventory.Depth // empty: network

	// ConfigAggregator is a configuration aggregator of AWS Config, as NAME or as
	// REGION/NAME, that is asked once for what uses the groups of all accounts and
	// regions. Regions that it does not have are asked themselves. Without a region it
	// is in that of the configuration. It needs DepthServices.
	ConfigAggregator string

	MaxRPS         float64       // calls a second of each region and API; 0: a polite default
	ExpectAccount  string        // refuse any other
	RegionDeadline time.Duration // for each region as a whole; 0: three minutes
	Concurrency    int           // regions side by side; 0: a default
	Parallel       int           // calls under way at once, over all accounts and regions; 0: as many as the regions make

	Role        string // ARN of a role that is assumed with the credentials; empty: none
	ExternalID  string // for every role that is assumed
	SessionName string // of the sessions in which roles are assumed; empty: sgaudit with the time

	// StaticCredentials uses made-up keys and looks at no variable and no
	// file of AWS: for endpoints that check nothing.
	StaticCredentials bool

	MFAToken func(profile string) (string, error) // asked where the profile wants MFA; may be nil
	Progress func(Progress)                       // called for every page, from several goroutines; may be nil
	Warn     func(string)                         // called with what looks wrong but stops nothing; may be nil
	Debug    func(string)                         // called with what makes a run slower than it could be, from several goroutines; may be nil

	// Throttles counts the calls that were throttled; may be nil.
	Throttles *Throttles

	SDKDecoder bool // read every answer with the SDK's decoder, to measure what one's own is worth

	RetryDelay  time.Duration // longest wait between two tries of a call; 0: eight seconds
	callTimeout time.Duration // of the first call; tests shorten it

	mfaToken   func() (string, error)                                   // MFAToken for the profile
	lookupHost func(ctx context.Context, host string) ([]string, error) // net.DefaultResolver's; tests have their own
}

// Progress says how far a run is.
type Progress struct {
	Account  string
	Region   string
	State    string // reading or done
	Accounts int    // in all
	Ended    int    // accounts of which every region is done
	Regions  int    // in all
	Done     int
	Pages    int // of all regions so far
	Items    int
}

const (
	defaultRPS         = 15 // of the 20 a second that refill EC2's bucket of one API
	burst              = 40
	defaultDeadline    = 3 * time.Minute
	defaultConcurrency = 64
	defaultRetryDelay  = 8 * time.Second
	maxAttempts        = 8
	firstAttempts      = 3 // of the calls before the regions are read
	dialTimeout        = 4 * time.Second
	callTimeout        = time.Minute
)

func (o *Options) setDefaults() {
	if o.Depth == "" {
		o.Depth = inventory.DepthNetwork
	}
	if o.MaxRPS == 0 {
		o.MaxRPS = defaultRPS
	}
	if o.RegionDeadline == 0 {
		o.RegionDeadline = defaultDeadline
	}
	if o.Concurrency == 0 {
		o.Concurrency = defaultConcurrency
	}
	if o.RetryDelay == 0 {
		o.RetryDelay = defaultRetryDelay
	}
	if o.callTimeout == 0 {
		o.callTimeout = callTimeout
	}
	if o.SessionName == "" {
		o.SessionName = "sgaudit-" + time.Now().UTC().Format("20060102T150405Z")
	}
	if o.lookupHost == nil {
		o.lookupHost = net.DefaultResolver.LookupHost
	}
	if o.Warn == nil {
		o.Warn = func(string) {}
	}
	if o.Debug == nil {
		o.Debug = func(string) {}
	}
	if o.Progress == nil {
		o.Progress = func(Progress) {}
	}
}
