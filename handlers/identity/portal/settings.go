// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package portal

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/netip"
	"net/url"
	"regexp"
	"strings"
	"time"

	"github.com/sol-assistenza/sol/handlers/identity/clientcert"
	"github.com/sol-assistenza/sol/handlers/identity/idp"
)

// Settings are the settings of a portal in the file of identity providers.
type Settings struct {
	// Proxies are the networks of the portal's proxies, by the address of the connection and never by X-Forwarded-For.
	Proxies []netip.Prefix `json:"proxies"`
	// Listen is a listener for proxies that show a client certificate. Names are the DNS names of the proxies in their certificates.
	Listen *clientcert.Listener `json:"listen"`
	Names  []string             `json:"names"`

	// IDPs are the identity providers of the portal that are accepted, as the header names them, for example SPID; none: all.
	IDPs []string `json:"idps"`
	// Levels maps the levels of IRIDE to levels of assurance; none: defaultLevels. A level without one is 0.
	Levels map[int]int `json:"levels"`
	// MaxAge is the time after the log-in at the portal for which a header is accepted; 0: 12 hours.
	MaxAge Duration `json:"max_age"`
	// Claims maps the names of claims to further headers of the proxy, for the mapping of roles. The claim idp is always there.
	Claims map[string]string `json:"claims"`
	// LogoutURL is where the portal ends its own session; "": sol ends its session alone.
	LogoutURL string `json:"logout_url"`
}

// Duration is a duration that is written as "12h" in JSON.
type Duration struct{ time.Duration }

// UnmarshalText implements encoding.TextUnmarshaler.
func (d *Duration) UnmarshalText(text []byte) (err error) {
	d.Duration, err = time.ParseDuration(string(text))
	return err
}

const (
	defaultMaxAge = 12 * time.Hour
	longestMaxAge = 7 * 24 * time.Hour
)

// defaultLevels returns what the levels of IRIDE mean as levels of assurance: 1 is a password of a person whom nobody verified, 2 a password (the
// portal tells 2 for SPID level 1), 4 a second factor beside it, 8 a certificate, 16 a qualified one or a card.
func defaultLevels() map[int]int { return map[int]int{1: 0, 2: 1, 4: 2, 8: 2, 16: 3} }

var headerName = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9-]*$`)

// ParseSettings parses and checks settings, and fills in the defaults.
func ParseSettings(raw json.RawMessage) (Settings, error) {
	var s Settings
	if err := idp.DecodeStrictly(raw, &s); err != nil {
		return s, fmt.Errorf("portal: %w", err)
	}
	if s.MaxAge.Duration == 0 {
		s.MaxAge.Duration = defaultMaxAge
	}
	if s.Levels == nil {
		s.Levels = defaultLevels()
	}
	for claim, header := range s.Claims {
		if claim == "" || claim == "idp" || !headerName.MatchString(header) {
			return s, fmt.Errorf("portal: claims: want names of claims, other than idp, with names of headers")
		}
		s.Claims[claim] = http.CanonicalHeaderKey(header)
	}
	for from, to := range s.Levels {
		if !isLevel(from) || to < 0 || to > 3 {
			return s, errors.New("portal: levels: want levels of IRIDE (1, 2, 4, 8, 16) with levels from 0 to 3")
		}
	}
	for _, name := range s.Names {
		if name == "" || name != strings.ToLower(name) || strings.ContainsAny(name, "*/: ") {
			return s, errors.New("portal: names: want DNS names in small letters, without *")
		}
	}
	logout, err := url.Parse(s.LogoutURL)
	switch {
	case len(s.Proxies) == 0 && s.Listen == nil:
		return s, errors.New("portal: want proxies or listen: without them nobody may send the header")
	case (s.Listen == nil) != (len(s.Names) == 0):
		return s, errors.New("portal: want listen and names, or neither")
	case s.MaxAge.Duration < 0 || s.MaxAge.Duration > longestMaxAge:
		return s, fmt.Errorf("portal: max_age: want at most %s", longestMaxAge)
	case err != nil || s.LogoutURL != "" && (logout.Scheme != "https" || logout.Host == ""):
		return s, errors.New("portal: logout_url: want https://host/path")
	}
	for _, n := range s.Proxies {
		if n.Bits() == 0 {
			return s, errors.New("portal: proxies: everybody would be trusted")
		}
	}
	if s.Listen != nil {
		if err := s.Listen.Check(); err != nil {
			return s, fmt.Errorf("portal: listen: %w", err)
		}
	}
	return s, nil
}
